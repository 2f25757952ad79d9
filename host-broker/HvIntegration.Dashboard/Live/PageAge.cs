namespace HvIntegration.Dashboard.Live;

/// <summary>The second that the open page shows whole; one for each browser page. Its marks follow it.</summary>
internal sealed class PageAge
{
    /// <summary>What is shown; null until the page has shown a second.</summary>
    public ShownSecond? Shown { get; private set; }

    /// <summary>A newer second is shown.</summary>
    public event Action? Changed;

    /// <summary>The page shows this second, in all its parts.</summary>
    public void Note(ShownSecond? shown)
    {
        Shown = shown;
        Changed?.Invoke();
    }
}
