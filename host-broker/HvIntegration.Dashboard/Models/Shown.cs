using HvIntegration.Model;

namespace HvIntegration.Dashboard.Models;

/// <summary>Foreign text as a page shows it.</summary>
internal static class Shown
{
    private const int NameMax = 120;

    /// <summary>A name or short text of a guest or a device: one line, no control characters, at most 120 characters.</summary>
    public static string Name(string text) => ForeignText.OneLine(text, NameMax);
}
