namespace HvIntegration.EndToEndTests;

/// <summary>Tests that share one lab: it boots once for all of them.</summary>
[CollectionDefinition]
public sealed class LabGuests : ICollectionFixture<LabFixture>;
