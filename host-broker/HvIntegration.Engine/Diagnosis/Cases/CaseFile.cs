using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Cases;

/// <summary>Collects the evidence for one hypothesis and sums it in log-odds.</summary>
/// <remarks>
/// What was not measured adds zero: it never supports and never contradicts. A requirement that fails, or something that
/// forbids, takes the hypothesis out of the running (diagnosis reference, section 10.2: capped at 0.3); what it would have
/// scored only orders the candidates of an unclear case. One instance is used again and again.
/// </remarks>
internal sealed class CaseFile
{
    // Odds of a hypothesis that does not stand, as a rival of others.
    internal const double FallenOdds = 0.05;
    private const double FailedWeight = 2;
    private readonly List<Evidence> _for = [];
    private readonly List<Evidence> _against = [];
    private readonly List<Unmeasured> _unmeasured = [];
    private double _logOdds;
    private bool _explaining;
    private bool _failed;
    private bool _forbidden;
    private int _requirements;
    private int _met;
    private int _harmed;
    private int _answered;

    /// <summary>Evidence for; empty unless explaining.</summary>
    public IReadOnlyList<Evidence> For => _for;

    /// <summary>Evidence against; empty unless explaining.</summary>
    public IReadOnlyList<Evidence> Against => _against;

    /// <summary>What was not measured and would have counted; empty unless explaining.</summary>
    public IReadOnlyList<Unmeasured> Unmeasured => _unmeasured;

    /// <summary>A requirement could not be measured.</summary>
    public bool IsBlind => _met < _requirements && !Failed;

    /// <summary>Worth naming as another explanation: at least one requirement was measured, and none of those fails.</summary>
    public bool IsPlausible => _met > 0 && !Failed;

    /// <summary>A measured requirement fails, or something forbids it.</summary>
    public bool Failed => _failed || _forbidden;

    /// <summary>Nothing that follows can change the outcome, and nobody reads the evidence.</summary>
    public bool Settled => Failed && !_explaining;

    /// <summary>Every measured requirement holds, at least two of them (or the only one) were measured, and nothing forbids it.</summary>
    public bool Stands => !Failed && _met >= Math.Min(2, _requirements) && _met > 0;

    /// <summary>Odds against a rival.</summary>
    public double Odds => Stands ? Math.Exp(_logOdds) : FallenOdds;

    /// <summary>Order among candidates that do not stand.</summary>
    public double Score => Failed ? _logOdds - 10 : _logOdds;

    /// <summary>Forgets the last case and begins another.</summary>
    /// <param name="priorLogOdds">Log-odds before any evidence.</param>
    /// <param name="explaining">Keep the evidence, because it is read.</param>
    public void Begin(double priorLogOdds, bool explaining)
    {
        _logOdds = priorLogOdds;
        _explaining = explaining;
        _failed = false;
        _forbidden = false;
        _requirements = 0;
        _met = 0;
        _harmed = 0;
        _answered = 0;
        _for.Clear();
        _against.Clear();
        _unmeasured.Clear();
    }

    /// <summary>Notes which resource hurts the guest, when the finding holds.</summary>
    public void Harm(ResourceFamily family, in Finding finding) => _harmed |= finding.Holds ? 1 << (int)family : 0;

    /// <summary>Notes that the question whether this resource hurts the guest has an answer, where the finding has one.</summary>
    public void Judge(ResourceFamily family, in Finding finding) => _answered |= finding.Answer == Answer.NotMeasured ? 0 : 1 << (int)family;

    /// <summary>Whether a question about the harm of this resource was answered, yes or no.</summary>
    public bool Answers(ResourceFamily family) => (_answered & (1 << (int)family)) != 0;

    /// <summary>Whether this resource was noted to hurt the guest.</summary>
    public bool Harms(ResourceFamily family) => (_harmed & (1 << (int)family)) != 0;

    /// <summary>A requirement: when it fails, the hypothesis is out of the running.</summary>
    public void Require(double weight, in Finding finding)
    {
        _requirements++;
        switch (finding.Answer)
        {
            case Answer.Yes:
                _met++;
                Add(_for, finding, weight * finding.Strength);
                break;
            case Answer.No:
                _failed = true;
                Add(_against, finding, -FailedWeight);
                break;
            default:
                Note(finding);
                break;
        }
    }

    /// <summary>Speaks for it when it holds.</summary>
    public void Support(double weight, in Finding finding)
    {
        if (finding.Holds)
        {
            Add(_for, finding, weight * finding.Strength);
        }
        else if (finding.Answer == Answer.NotMeasured)
        {
            Note(finding);
        }
    }

    /// <summary>Would have told more than what stands in for it: named when it is missing.</summary>
    public void Miss(in Finding finding)
    {
        if (finding.Answer == Answer.NotMeasured)
        {
            Note(finding);
        }
    }

    /// <summary>Speaks against it when it holds.</summary>
    public void Contradict(double weight, in Finding finding)
    {
        if (finding.Holds)
        {
            Add(_against, finding, -weight * finding.Strength);
        }
    }

    /// <summary>Drops it when it holds.</summary>
    public void Forbid(in Finding finding)
    {
        if (finding.Holds)
        {
            _forbidden = true;
            Add(_against, finding, -FailedWeight);
        }
    }

    private void Add(List<Evidence> list, in Finding finding, double logOdds)
    {
        _logOdds += logOdds;
        if (_explaining)
        {
            list.Add(new Evidence(
                finding.Signal?.Id ?? finding.What, finding.Fact!, finding.Value, finding.Limit, finding.Unit, finding.Source, logOdds,
                finding.Signal?.Side ?? Side.Host));
        }
    }

    private void Note(in Finding finding)
    {
        if (_explaining)
        {
            var note = new Unmeasured(finding.Fact!, finding.Source, !finding.IsUnreported);
            if (!_unmeasured.Contains(note))
            {
                _unmeasured.Add(note);
            }
        }
    }
}
