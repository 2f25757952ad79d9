namespace HvIntegration.Model;

/// <summary>Version of this build.</summary>
public static class ProductVersion
{
    /// <summary>Three numbers, as in <c>0.2.0</c>.</summary>
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetName().Version?.ToString(3) ?? "0";
}
