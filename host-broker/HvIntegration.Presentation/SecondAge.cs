namespace HvIntegration.Presentation;

/// <summary>From which age on a screen says that what it shows is old. Pages and the console use the same limits.</summary>
public static class SecondAge
{
    /// <summary>Without a newer second for so long, what is shown is late.</summary>
    /// <value>Seconds.</value>
    public const int LateSeconds = 3;

    /// <summary>Without a newer second for so long, what is shown is stale.</summary>
    /// <value>Seconds.</value>
    public const int StaleSeconds = 10;
}
