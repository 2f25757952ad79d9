using HvIntegration.GuestAgent.Windows.Identity;

namespace HvIntegration.GuestAgent.Tests.Windows;

/// <summary>The boot id of a Windows guest stays the same within a boot, whoever else looks at the guest.</summary>
public sealed class BootIdTests
{
    [Fact]
    public void Find_AdministratorLooksBetweenTwoStartsOfTheService_ServiceKeepsItsId()
    {
        // Arrange: the service's account may not write for the machine, the administrator may.
        var service = new FakeStore();
        var administrator = new FakeStore();
        var machine = new FakeStore { CanWrite = false };
        Guid first = BootId.Find(service, machine, mayUseMachine: true);
        machine.CanWrite = true;
        // Act
        BootId.Find(administrator, machine, mayUseMachine: false);
        Guid afterRestart = BootId.Find(service, machine, mayUseMachine: true);
        // Assert
        Assert.Equal(first, afterRestart);
        Assert.Null(machine.Read());
    }

    [Fact]
    public void Find_AnotherServiceWroteForTheMachineLater_ServiceKeepsItsId()
    {
        // Arrange
        var service = new FakeStore();
        var machine = new FakeStore { CanWrite = false };
        Guid first = BootId.Find(service, machine, mayUseMachine: true);
        machine.CanWrite = true;
        // Act
        BootId.Find(new FakeStore(), machine, mayUseMachine: true);
        // Assert
        Assert.NotNull(machine.Read());
        Assert.Equal(first, BootId.Find(service, machine, mayUseMachine: true));
    }

    [Fact]
    public void Find_ServiceMayWriteForTheMachine_ConsoleShowsTheSameId()
    {
        // Arrange
        var machine = new FakeStore();
        // Act
        Guid service = BootId.Find(new FakeStore(), machine, mayUseMachine: true);
        Guid console = BootId.Find(new FakeStore(), machine, mayUseMachine: false);
        // Assert
        Assert.Equal(service, console);
    }

    [Fact]
    public void Find_NothingCanBeWritten_SaysWhichAccountsWork() =>
        Assert.Contains("service account", Assert.Throws<IOException>(() => BootId.Find(new FakeStore { CanWrite = false }, new FakeStore { CanWrite = false }, true)).Message, StringComparison.Ordinal);

    private sealed class FakeStore : IBootStore
    {
        private Guid? _id;

        public bool CanWrite { get; set; } = true;

        public Guid? Read() => _id;

        public bool TryWrite(Guid id)
        {
            _id = CanWrite ? id : _id;
            return CanWrite;
        }
    }
}
