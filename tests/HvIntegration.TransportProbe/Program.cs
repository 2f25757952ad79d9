using HvIntegration.Transport.Abstractions;
using HvIntegration.TransportProbe.Cases;
using HvIntegration.TransportProbe.PeekGuard;
using HvIntegration.TransportProbe.Vm;

// Modes, one per role in the tests:
//   guard              every case over Unix sockets with MSG_PEEK forbidden in this process
//   vsock CID          every case over AF_VSOCK, dialling CID (1 or 2) - only inside a virtual machine
//   server ADDRESS     serves the product's wire until its input ends - the host of the nested test
//   client ADDRESS     dials such a server - the guest of the nested test
// Each case prints "PASS name" or "FAIL name reason"; the last line is "DONE passed failed".
switch (args)
{
    case ["guard"]:
        PeekFilter.Install();
        using (var place = new UnixPlace())
        {
            return await CaseRunner.RunAsync([.. PeekGuardCases.All, .. TransportCase.All], place);
        }

    case ["vsock", var cid]:
        using (var place = LoopbackGuest.Place(uint.Parse(cid, System.Globalization.CultureInfo.InvariantCulture)))
        {
            return await CaseRunner.RunAsync([.. LoopbackGuest.Cases, .. TransportCase.All], place);
        }

    case ["server", var address]:
        return await BoundaryServer.RunAsync(TransportAddress.Parse(address, BoundaryServer.Port));

    case ["client", var address]:
        return await BoundaryClient.RunAsync(TransportAddress.Parse(address, BoundaryServer.Port));

    default:
        await Console.Error.WriteLineAsync("usage: probe guard | vsock CID | server ADDRESS | client ADDRESS");
        return 2;
}
