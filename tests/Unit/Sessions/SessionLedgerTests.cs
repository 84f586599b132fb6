using Steelyard.Records;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionLedgerTests : IDisposable
{
    private const int LastPort = 65_535;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(LedgerEntry.Size * 20_009)]
    [InlineData((LedgerEntry.Size * 65_535) + 1)]
    [InlineData((LedgerEntry.Size * 65_536) + 31)]
    [InlineData((LedgerEntry.Size * 70_000) + 7)]
    public void It_opens_a_file_of_any_length_and_has_an_entry_for_every_port(int length)
    {
        using var directory = new RunDirectory(folder.At("run"), 1024);
        File.WriteAllBytes(folder.At("run/ledger"), new byte[length]);
        var ledger = new SessionLedger(directory);
        var id = new SessionId(Guid.NewGuid());
        ledger[LastPort].Begin(id, 1, 2);
        Assert.Equal((id, 1, 2), (ledger[LastPort].Session, ledger[LastPort].LastActive, ledger[LastPort].Open));
        Assert.Null(ledger[0].Session);
    }
}
