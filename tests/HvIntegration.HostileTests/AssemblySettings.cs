using Xunit.Sdk;
using Xunit.v3;

// Each test measures how long the good agents wait: two at a time would be each other's attack.
[assembly: Parallelization(Mode = ParallelMode.None)]
