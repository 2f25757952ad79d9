namespace HvIntegration.Protocol.Service;

/// <summary>Whether a program ends because of an error, and what the service manager of Windows is shown then.</summary>
/// <remarks>
/// A service that stops by itself with exit code 0 has ended as it should, for the service manager: its recovery actions do not run.
/// </remarks>
public sealed class ServiceFault
{
    /// <summary>Win32 error of a service that ended by an error, ERROR_EXCEPTION_IN_SERVICE.</summary>
    public const int ExceptionInService = 1064;

    private volatile bool _isSet;

    /// <summary>True after an error that ends the program.</summary>
    public bool IsSet => _isSet;

    /// <summary>Win32 exit code of the service: 0, or <see cref="ExceptionInService"/>.</summary>
    public int ExitCode => _isSet ? ExceptionInService : 0;

    /// <summary>Notes an error that ends the program.</summary>
    public void Set() => _isSet = true;
}
