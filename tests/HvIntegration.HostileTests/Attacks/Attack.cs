using HvIntegration.TestKit.Processes;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>One way to do harm, and what is special about its judgement.</summary>
/// <param name="Name">As in the list of tests.</param>
/// <param name="RunAsync">Attacks until it is told to stop; what the broker does to the attacker is no failure.</param>
internal sealed record Attack(string Name, Func<Attacker, Task> RunAsync)
{
    /// <summary>What the attack is of no VM: nobody can be named for it.</summary>
    public bool OfNoVm { get; init; }

    /// <summary>It keeps every rule: there is nothing to name the VM for.</summary>
    public bool Harmless { get; init; }

    /// <summary>Least time it needs to show its harm, seconds.</summary>
    public int SecondsMin { get; init; }

    /// <summary>Looks for harm at the end of the attack, while it goes on; each fault is a sentence.</summary>
    public Func<BrokerWithVms, Attacker, Task<IReadOnlyList<string>>>? DuringAsync { get; init; }

    /// <summary>Settings of the broker.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Looks for further harm when the attack is over; each fault is a sentence.</summary>
    public Func<BrokerWithVms, Attacker, Task<IReadOnlyList<string>>>? AfterAsync { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
