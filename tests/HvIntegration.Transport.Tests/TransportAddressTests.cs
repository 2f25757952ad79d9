using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Tests;

public sealed class TransportAddressTests
{
    private const uint Port = 0x48564900;

    [Theory]
    [InlineData("vsock://2", "vsock://2:1213614336")]
    [InlineData("vsock://any:50", "vsock://any:50")]
    [InlineData("vsock://3:0", "vsock://3:0")]
    [InlineData("hvsock://parent", "hvsock://a42e7cda-d03f-480c-9cc2-a4de20abb878/48564900-facb-11e6-bd58-64006a7986d3")]
    [InlineData("hvsock://children/", "hvsock://90db8b89-0d35-4f79-8ce9-49ea0ac8b7cd/48564900-facb-11e6-bd58-64006a7986d3")]
    [InlineData("unix:///run/hvi/vm1.sock", "unix:///run/hvi/vm1.sock")]
    [InlineData("tcp://127.0.0.1:7777", "tcp://127.0.0.1:7777")]
    [InlineData("memory://demo", "memory://demo")]
    public void Parse_RightText_GivesTheAddress(string text, string canonical)
    {
        var address = TransportAddress.Parse(text, Port);

        Assert.Equal(canonical, address.ToString());
        Assert.Equal(address, TransportAddress.Parse(canonical, 1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("vsock://")]
    [InlineData("vsock://2:2147483648")]
    [InlineData("vsock://host:5")]
    [InlineData("vsock://2:5:6")]
    [InlineData("hvsock://nobody")]
    [InlineData("unix://relative/path")]
    [InlineData("tcp://127.0.0.1")]
    [InlineData("tcp://localhost:7777")]
    [InlineData("http://127.0.0.1:7777")]
    public void Parse_WrongText_ShowsARightOne(string text)
    {
        var error = Assert.Throws<FormatException>(() => TransportAddress.Parse(text, Port));

        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("as ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TemplateService_Port_IsItsFirstEightDigits() =>
        Assert.Equal(Guid.Parse("00000032-facb-11e6-bd58-64006a7986d3"), HvSocketAddress.TemplateService(50));
}
