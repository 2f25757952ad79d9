namespace HvIntegration.Transport.Abstractions;

/// <summary>Why a connection or listener could not be had; each has a sentence of its own.</summary>
public enum TransportFailure
{
    /// <summary>None of the others; the message carries the system's text.</summary>
    Other,

    /// <summary>The kernel has no such socket family or no transport behind it (module missing).</summary>
    ModuleMissing,

    /// <summary>The service GUID is not registered on the host, or binding is not allowed.</summary>
    ServiceNotRegistered,

    /// <summary>The VM does not allow wildcard binds.</summary>
    WildcardNotAllowed,

    /// <summary>Nobody listens (refused, reset, or timed out on Linux Hyper-V guests).</summary>
    NobodyListens,

    /// <summary>The address is in use.</summary>
    AddressInUse,

    /// <summary>A privileged local port could not be bound.</summary>
    PrivilegedPort,

    /// <summary>The address is not one of this transport, or not allowed (TCP off loopback).</summary>
    AddressNotAllowed,

    /// <summary>This transport does not exist on this operating system.</summary>
    NotSupported,

    /// <summary>No answer in time.</summary>
    TimedOut,
}

/// <summary>A transport failure with what it means and what to do.</summary>
public sealed class TransportException(TransportFailure failure, string message, string remedy, Exception? inner = null)
    : IOException(message, inner)
{
    /// <summary>What kind of failure it was, for those who act on it.</summary>
    public TransportFailure Failure { get; } = failure;

    /// <summary>What the administrator can do, one sentence.</summary>
    public string Remedy { get; } = remedy;

    /// <summary>The transport failure inside another library's exception, or null.</summary>
    public static TransportException? Find(Exception? exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
        {
            if (at is TransportException found)
            {
                return found;
            }
        }

        return null;
    }
}
