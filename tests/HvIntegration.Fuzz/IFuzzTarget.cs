namespace HvIntegration.Fuzz;

/// <summary>One reader of foreign bytes.</summary>
internal interface IFuzzTarget : IAsyncDisposable
{
    /// <summary>Word of the command line, and name of the corpus folder.</summary>
    string Name { get; }

    /// <summary>Texts and bytes that the format knows: mutation puts them in.</summary>
    IReadOnlyList<byte[]> Words { get; }

    /// <summary>Inputs to begin with, beside the corpus.</summary>
    IEnumerable<byte[]> Seeds();

    /// <summary>Makes what inputs are read by, where that takes a while; no input's time counts it.</summary>
    Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Reads one input. What is documented to be thrown is caught within; anything else is a fault.</summary>
    Task RunAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation);
}
