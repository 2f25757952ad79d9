using System.Globalization;

namespace HvIntegration.Engine.Options;

/// <summary>Says in one sentence what is wrong with an option and which values are legal.</summary>
internal static class OptionCheck
{
    /// <summary>Adds a fault when <paramref name="value"/> is not a number from <paramref name="least"/> to <paramref name="greatest"/>.</summary>
    public static void Range(List<string> faults, string name, double value, double least, double greatest)
    {
        if (double.IsNaN(value) || value < least || value > greatest)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}: use a value from {least} to {greatest}."));
        }
    }
}
