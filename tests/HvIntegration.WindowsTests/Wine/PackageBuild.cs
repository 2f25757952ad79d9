namespace HvIntegration.WindowsTests.Wine;

/// <summary>Makes packages by the script that makes the product's.</summary>
internal static class PackageBuild
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    /// <summary>Builds one and tells its path.</summary>
    /// <param name="product"><c>agent</c> or <c>broker</c>.</param>
    /// <param name="kind"><c>msi</c>, <c>deb</c> or <c>rpm</c>.</param>
    /// <param name="program">Program in its published folder.</param>
    /// <param name="folder">Where the package goes.</param>
    /// <param name="version">Of the form 1.2.3.</param>
    public static async Task<string> RunAsync(string product, string kind, string program, string folder, string version) =>
        (await Shell.RunAsync("deploy/packages/build", [product, kind, Path.GetDirectoryName(program)!, folder, version], Patience)).Succeeded()
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];

    /// <summary>A program may take this much of a disk, with its runtime. The broker carries DuckDB, which is half of it.</summary>
    public const long InstalledBytesMax = 120L << 20;

    /// <summary>A folder with an installed program is within the bound; its size is printed.</summary>
    /// <param name="name">What was installed, for the message.</param>
    /// <param name="folder">Everything that the package brought.</param>
    public static void AssertSize(string name, string folder)
    {
        long bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.LinkTarget is null).Sum(f => f.Length);
        string text = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} installs {bytes / 1048576.0:0.0} MiB");
        TestContext.Current.SendDiagnosticMessage("{0}", text);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Assert.True(bytes is > 1 << 20 and < InstalledBytesMax, $"{text}; the bound is {InstalledBytesMax >> 20} MiB: see which files are new, and whether anything uses them");
    }

    /// <summary>The install section of the README calls this package by its name in the version of the product.</summary>
    /// <param name="package">Path of a package.</param>
    /// <param name="version">The version it was built as.</param>
    public static void AssertReadmeNames(string package, string version)
    {
        string product = File.ReadAllText(Path.Join(RepositoryFolder.Path, "Directory.Build.props")).Split("<VersionPrefix>")[1].Split("</VersionPrefix>")[0];
        string name = Path.GetFileName(package).Replace(version, product, StringComparison.Ordinal);
        Assert.Matches($@"`[^`]*[ /]{System.Text.RegularExpressions.Regex.Escape(name)}[ `]", File.ReadAllText(Path.Join(RepositoryFolder.Path, "README.md")));
    }
}
