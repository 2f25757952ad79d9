using Xunit.Sdk;
using Xunit.v3;

// One browser at a time: the machine has few processors.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(HvIntegration.DashboardTests.Browser))]
[assembly: AssemblyFixture(typeof(HvIntegration.DashboardTests.StoryBroker))]
