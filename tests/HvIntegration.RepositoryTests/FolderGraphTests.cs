using HvIntegration.RepositoryTests.Samples.Right;

namespace HvIntegration.RepositoryTests
{
    /// <summary>What counts as a reference, and what as a circle.</summary>
    public sealed class FolderGraphTests
    {
        private const string Project = "HvIntegration.RepositoryTests.Samples";
        private readonly FolderGraph _graph = new(typeof(FolderGraphTests).Assembly.Location, Project);

        [Fact]
        public void References_QualifiedNamesGenericArgumentsAndResults_CountAndCommentsAndTextsDoNot()
        {
            var named = _graph.References.Where(r => r.From == $"{Project}.Left.User").Select(r => r.To).Where(t => t.StartsWith(Project, StringComparison.Ordinal));

            Assert.Equal([$"{Project}.Right.Argument", $"{Project}.Right.Asked", $"{Project}.Right.Made", $"{Project}.Right.Returned"], named.Order(StringComparer.Ordinal));
        }

        [Fact]
        public void InCircles_TwoFoldersThatUseEachOther_AreFound()
        {
            Assert.Equal(["Left -> Right", "Right -> Left"], _graph.InCircles().Select(e => e.Edge).Order(StringComparer.Ordinal));
        }
    }
}

namespace HvIntegration.RepositoryTests.Samples.Left
{
    /// <summary>Names types of the other folder in every way.</summary>
    internal static class User
    {
        // Right.Commented is no reference.
        public static string Text() => "HvIntegration.RepositoryTests.Samples.Right.Quoted";

        public static Right.Returned? Result() => null;

        public static object Build() => new Right.Made();

        public static int Count() => new List<Argument>().Count;

        public static bool Is(object value) => value is Asked;
    }
}

namespace HvIntegration.RepositoryTests.Samples.Right
{
    /// <summary>Named in a signature alone.</summary>
    internal sealed class Returned;

    /// <summary>Named in an instruction alone.</summary>
    internal sealed class Made;

    /// <summary>Named as an argument of a generic type.</summary>
    internal sealed class Argument;

    /// <summary>Named in a test of a type.</summary>
    internal sealed class Asked;

    /// <summary>Named in a comment.</summary>
    internal sealed class Commented;

    /// <summary>Named in a text.</summary>
    internal sealed class Quoted
    {
        public static string Back() => Left.User.Text();
    }
}
