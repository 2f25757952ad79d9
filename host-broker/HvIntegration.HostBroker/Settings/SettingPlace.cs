namespace HvIntegration.HostBroker.Settings;

/// <summary>Where a setting was written.</summary>
internal enum SettingPlace
{
    /// <summary>The setting is in a settings file.</summary>
    File,

    /// <summary>The setting is in an environment variable.</summary>
    Environment,

    /// <summary>An option of the command line.</summary>
    CommandLine,
}
