using Xunit.Sdk;
using Xunit.v3;

// The tests share this machine's processors, and several measure them.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(HvIntegration.EndToEndTests.PublishedPrograms))]
