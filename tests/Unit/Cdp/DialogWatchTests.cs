using System.Text;
using Steelyard.Cdp;

namespace Steelyard.Tests.Unit.Cdp;

public sealed class DialogWatchTests
{
    [Theory]
    [InlineData("""{"method":"Page.javascriptDialogOpening","params":{"url":"u","message":"Hi","type":"alert"}}""", "alert: Hi")]
    [InlineData("""{"method":"Page.javascriptDialogOpening","params":{"type":7}}""", "a dialog")]
    [InlineData("""{"method":"Page.javascriptDialogOpening","params":""", "a dialog")]
    [InlineData("""{"method":"Page.javascriptDialogClosed","params":{"result":true}}""", null)]
    public void A_dialog_is_told(string message, string? told)
    {
        List<string?> heard = [];
        Assert.True(new DialogWatch(heard.Add).TryTake(Encoding.UTF8.GetBytes(message)));
        Assert.Equal([told], heard);
    }

    [Fact]
    public void Other_messages_are_not()
    {
        var message = """{"method":"Page.loadEventFired"}"""u8;
        Assert.False(DialogWatch.IsOfInterest(message));
        Assert.False(new DialogWatch(_ => Assert.Fail("no dialog")).TryTake(message.ToArray()));
    }
}
