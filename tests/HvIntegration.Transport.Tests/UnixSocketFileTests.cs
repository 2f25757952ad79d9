using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Tests;

public sealed class UnixSocketFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private UnixAddress Address => new(Path.Combine(_folder.Path, "vm.sock"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Listen_NewSocket_IsForItsOwnerOnlyAndGoesWithTheListener()
    {
        await using (await ListenAsync())
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Address.Path));
            }

            Assert.True(Path.Exists(Address.Path));
        }

        Assert.False(File.Exists(Address.Path));
    }

    [Fact]
    public async Task Listen_SocketLeftBehind_IsReplaced()
    {
        // A killed broker leaves its file: bind without the clean end that removes it.
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(Address.Path + ".left"));
            File.Move(Address.Path + ".left", Address.Path);
        }

        Assert.True(Path.Exists(Address.Path));
        await using var listener = await ListenAsync();
        await using var stream = await Transports.For(Address).DialAsync(Address, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Listen_FileThatIsNoSocket_IsLeftAlone()
    {
        await File.WriteAllTextAsync(Address.Path, "precious", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<TransportException>(ListenAsync);

        Assert.Equal(TransportFailure.AddressInUse, error.Failure);
        Assert.Equal("precious", await File.ReadAllTextAsync(Address.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Listen_NoFolder_SaysSo()
    {
        var address = new UnixAddress(Path.Combine(_folder.Path, "none", "vm.sock"));

        var error = await Assert.ThrowsAsync<TransportException>(() => Transports.For(address).ListenAsync(address, TestContext.Current.CancellationToken));

        Assert.Equal(TransportFailure.AddressNotAllowed, error.Failure);
        Assert.Contains("folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_PathTooLong_SaysHowLong()
    {
        var address = new UnixAddress("/" + new string('x', 200));

        var error = await Assert.ThrowsAsync<TransportException>(() => Transports.For(address).DialAsync(address, TestContext.Current.CancellationToken));

        Assert.Contains("201 bytes", error.Message, StringComparison.Ordinal);
    }

    private Task<ITransportListener> ListenAsync() => Transports.For(Address).ListenAsync(Address, TestContext.Current.CancellationToken);
}
