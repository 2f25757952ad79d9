using System.Text;
using HvIntegration.Protocol.Text;

namespace HvIntegration.GuestAgent.Commands;

/// <summary>Writes lines for a terminal by the one rule for foreign text (<see cref="SafeText"/>): names of processes, disks and mounts are chosen by others.</summary>
/// <param name="inner">Where the clean lines go.</param>
internal sealed class SafeWriter(TextWriter inner) : TextWriter
{
    private readonly StringBuilder _line = new();

    /// <summary>A writer of clean lines over another one, which keeps its owner.</summary>
    public static SafeWriter Over(TextWriter inner) => new SafeWriter(inner);

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        if (value is not ('\n' or '\r' or '\t'))
        {
            _line.Append(value);
            return;
        }

        WriteClean();
        inner.Write(value);
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        WriteClean();
        inner.Flush();
    }

    private void WriteClean()
    {
        if (_line.Length > 0)
        {
            inner.Write(SafeText.Of(_line.ToString()));
            _line.Clear();
        }
    }
}
