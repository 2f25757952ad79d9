using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.HvSocket;
using HvIntegration.Transport.Sockets;
using HvIntegration.Transport.Vsock;

namespace HvIntegration.Transport.Tests;

/// <summary>Each absence and refusal has its own sentence.</summary>
public sealed class TransportFaultTests
{
    private static readonly HvSocketAddress Children = new(HvSocketAddress.Children, HvSocketAddress.TemplateService(50));
    private static readonly HvSocketAddress Parent = new(HvSocketAddress.Parent, HvSocketAddress.TemplateService(50));
    private static readonly VsockAddress Host = new(TransportAddress.VsockHost, 50);

    [Theory]
    [InlineData(SocketError.AccessDenied, false, TransportFailure.ServiceNotRegistered)]
    [InlineData(SocketError.AccessDenied, null, TransportFailure.ServiceNotRegistered)]
    [InlineData(SocketError.AccessDenied, true, TransportFailure.WildcardNotAllowed)]
    [InlineData(SocketError.InvalidArgument, true, TransportFailure.ServiceNotRegistered)]
    [InlineData(SocketError.AddressAlreadyInUse, true, TransportFailure.AddressInUse)]
    [InlineData(SocketError.AddressFamilyNotSupported, null, TransportFailure.ModuleMissing)]
    public void HvSocket_ListenRefused_SaysWhy(SocketError error, bool? registered, TransportFailure failure) =>
        Check(HvSocketFaults.Explain(new SocketException((int)error), Children, SocketStep.Listen, _ => registered), failure);

    [Theory]
    [InlineData(SocketError.ConnectionRefused, TransportFailure.NobodyListens)]
    [InlineData(SocketError.AccessDenied, TransportFailure.ServiceNotRegistered)]
    [InlineData(SocketError.TimedOut, TransportFailure.TimedOut)]
    [InlineData(SocketError.NetworkUnreachable, TransportFailure.NobodyListens)]
    [InlineData(SocketError.InvalidArgument, TransportFailure.Other)]
    public void HvSocket_ConnectRefused_SaysWhy(SocketError error, TransportFailure failure) =>
        Check(HvSocketFaults.Explain(new SocketException((int)error), Parent, SocketStep.Connect, _ => null), failure);

    [Theory]
    [InlineData(nameof(SocketStep.Connect), SocketError.ConnectionReset, TransportFailure.NobodyListens)]
    [InlineData(nameof(SocketStep.Connect), SocketError.TimedOut, TransportFailure.NobodyListens)]
    [InlineData(nameof(SocketStep.Connect), SocketError.NetworkUnreachable, TransportFailure.AddressNotAllowed)]
    [InlineData(nameof(SocketStep.Connect), SocketError.SocketError, TransportFailure.ModuleMissing)]
    [InlineData(nameof(SocketStep.BindLocal), SocketError.AccessDenied, TransportFailure.PrivilegedPort)]
    [InlineData(nameof(SocketStep.BindLocal), SocketError.AddressAlreadyInUse, TransportFailure.PrivilegedPort)]
    [InlineData(nameof(SocketStep.Listen), SocketError.AddressAlreadyInUse, TransportFailure.AddressInUse)]
    public void Vsock_Refused_SaysWhy(string step, SocketError error, TransportFailure failure) =>
        Check(VsockFaults.Explain(new SocketException((int)error), Host, Enum.Parse<SocketStep>(step)), failure);

    [Fact]
    public void Vsock_NoSuchFamily_SaysWhichModule()
    {
        // 97 is the errno our own socket() call gives; .NET maps it only for calls of its own.
        var fault = VsockFaults.Explain(new SocketException(97), Host, SocketStep.Create);

        Check(fault, TransportFailure.ModuleMissing);
        Assert.Contains("modprobe", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tcp_OffLoopback_IsRefusedWithItsSentence()
    {
        var address = new TcpAddress(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 7777));

        var dial = await Assert.ThrowsAsync<TransportException>(() => Transports.For(address).DialAsync(address, TestContext.Current.CancellationToken));
        var listen = await Assert.ThrowsAsync<TransportException>(() => Transports.For(address, new TransportOptions { TcpDialBeyondLoopback = true })
            .ListenAsync(address, TestContext.Current.CancellationToken));

        Check(dial, TransportFailure.AddressNotAllowed);
        Check(listen, TransportFailure.AddressNotAllowed);
        Assert.Contains("loopback", dial.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HvSocket_OffWindows_NamesTheOtherFamily()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "this machine is Windows, where hvsock exists");

        var error = await Assert.ThrowsAsync<TransportException>(() => Transports.For(Parent).DialAsync(Parent, TestContext.Current.CancellationToken));

        Check(error, TransportFailure.NotSupported);
        Assert.Contains("vsock://2", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_AddressOfAnotherFamily_IsRefused()
    {
        var unix = new UnixAddress("/tmp/x.sock");

        var error = await Assert.ThrowsAsync<TransportException>(
            () => Transports.For(new TcpAddress(new IPEndPoint(IPAddress.Loopback, 1))).DialAsync(unix, TestContext.Current.CancellationToken));

        Check(error, TransportFailure.AddressNotAllowed);
    }

    [Fact]
    public async Task Vsock_HostWithoutGuestDriver_IsNotDialled()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "AF_VSOCK exists on Linux only");
        using var sysfs = new TemporaryFolder();

        // Fails before a socket exists: no AF_VSOCK socket is ever opened on the machine that tests.
        var error = await Assert.ThrowsAsync<TransportException>(
            () => Transports.For(Host, new TransportOptions { SysfsRoot = sysfs.Path }).DialAsync(Host, TestContext.Current.CancellationToken));

        Check(error, TransportFailure.ModuleMissing);
        Assert.Contains("hv_sock", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GuestSocketTransport_DriversInSysfs_AreTold()
    {
        using var sysfs = new TemporaryFolder();
        Assert.Null(GuestSocketTransport.Find(sysfs.Path));

        string virtio = Directory.CreateDirectory(Path.Combine(sysfs.Path, "bus/virtio/drivers/vmw_vsock_virtio_transport")).FullName;
        Assert.Null(GuestSocketTransport.Find(sysfs.Path));
        Directory.CreateDirectory(Path.Combine(virtio, "virtio3"));
        Assert.Equal("vmw_vsock_virtio_transport", GuestSocketTransport.Find(sysfs.Path));

        Directory.CreateDirectory(Path.Combine(sysfs.Path, "bus/vmbus/drivers/hv_sock"));
        Assert.Equal("hv_sock", GuestSocketTransport.Find(sysfs.Path));
    }

    private static void Check(TransportException error, TransportFailure failure)
    {
        Assert.Equal(failure, error.Failure);
        Assert.False(string.IsNullOrWhiteSpace(error.Message));
        Assert.False(string.IsNullOrWhiteSpace(error.Remedy));
    }
}
