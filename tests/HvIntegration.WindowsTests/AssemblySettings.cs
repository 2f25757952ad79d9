using Xunit.Sdk;
using Xunit.v3;

// One Wine prefix and two processors for all.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(HvIntegration.WindowsTests.Wine.WinePrefix))]
