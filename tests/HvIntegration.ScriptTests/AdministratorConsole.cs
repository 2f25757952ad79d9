using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace HvIntegration.ScriptTests;

/// <summary>The console an administrator looks at: keeps what was written past the output, and refuses to be asked.</summary>
internal sealed class AdministratorConsole : PSHost
{
    private readonly Screen _screen = new();

    /// <summary>Lines in red.</summary>
    public IReadOnlyList<string> Errors => _screen.Errors;

    /// <summary>Other lines: what -WhatIf would do, warnings.</summary>
    public IReadOnlyList<string> Lines => _screen.Lines;

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.Parse("5c0c7d53-3b6f-4f43-9f0c-6a3f4f0f0c11");

    /// <inheritdoc/>
    public override string Name => nameof(AdministratorConsole);

    /// <inheritdoc/>
    public override PSHostUserInterface UI => _screen;

    /// <inheritdoc/>
    public override Version Version { get; } = new(1, 0);

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw Asked();

    /// <inheritdoc/>
    public override void ExitNestedPrompt() => throw Asked();

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode)
    {
    }

    private static InvalidOperationException Asked() => new("the script asked something: it must run where nobody sits before it");

    private sealed class Screen : PSHostUserInterface
    {
        public List<string> Errors { get; } = [];

        public List<string> Lines { get; } = [];

        public override PSHostRawUserInterface? RawUI => null;

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw Asked();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) => throw Asked();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw Asked();

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw Asked();

        public override string ReadLine() => throw Asked();

        public override SecureString ReadLineAsSecureString() => throw Asked();

        public override void Write(string value) => Lines.Add(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Lines.Add(value);

        public override void WriteDebugLine(string message) => Lines.Add(message);

        public override void WriteErrorLine(string value) => Errors.Add(value);

        public override void WriteLine(string value) => Lines.Add(value);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override void WriteVerboseLine(string message) => Lines.Add(message);

        public override void WriteWarningLine(string message) => Lines.Add(message);
    }
}
