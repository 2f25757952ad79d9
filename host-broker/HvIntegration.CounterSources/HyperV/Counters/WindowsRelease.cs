namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Oldest Windows Server that is known to have a counter.</summary>
internal enum WindowsRelease
{
    /// <summary>Windows Server 2016, the oldest whose counters are known here; older ones may have it too.</summary>
    Server2016,

    /// <summary>Windows Server 2019 (build 17763).</summary>
    Server2019,

    /// <summary>Windows Server 2025 (build 26100).</summary>
    Server2025,
}
