using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

public sealed class ShortageTests
{
    public static TheoryData<Exception, bool> Errors => new()
    {
        { new IOException("Too many open files", 24), true },
        { new IOException("Too many open files in system", 23), true },
        { new HttpRequestException("x", new SocketException((int)SocketError.TooManyOpenSockets)), true },
        { new SocketException((int)SocketError.AddressNotAvailable), true },
        { new SocketException((int)SocketError.NoBufferSpaceAvailable), true },
        { new SocketException((int)SocketError.ConnectionRefused), false },
        { new SocketException((int)SocketError.ConnectionReset), false },
        { new IOException("No space left on device", 28), false },
        { new FileNotFoundException(), false },
        { new InvalidOperationException(), false },
    };

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void What_we_have_run_out_of_is_told_from_what_others_did(Exception error, bool isShortage) =>
        Assert.Equal(isShortage, Shortage.IsIn(error));

    [Fact]
    public void No_error_is_no_shortage() => Assert.False(Shortage.IsIn(null));
}
