namespace Steelyard.Tests.Functional;

/// <summary>Whether pages have fonts for what they show.</summary>
public sealed class FontTests
{
    // Draws a text, and a character that no font has: that one is a box.
    private const string IsShown = """
        (text => {
          const draw = shown => {
            const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
            pen.font = '40px sans-serif';
            pen.fillText(shown, 10, 60);
            return canvas.toDataURL();
          };
          return draw(text) !== draw('\u{10fffe}') && draw(text) !== draw('');
        })
        """;

    [Theory]
    [InlineData("Japanese", "語", "NotoSansCJK-Regular.ttc")]
    [InlineData("Korean", "한", "NotoSansCJK-Regular.ttc")]
    [InlineData("Chinese", "门", "NotoSansCJK-Regular.ttc")]
    [InlineData("Thai", "ก", "NotoSansThai-Regular.ttf")]
    [InlineData("emoji", "😀", "NotoColorEmoji.ttf")]
    public async Task A_script_is_not_shown_as_boxes(string script, string text, string font)
    {
        if (Directory.GetFiles("/usr/share/fonts", font, SearchOption.AllDirectories).Length == 0)
            Assert.Skip($"no font for {script} is installed: run `make browser`");
        await using var worker = await WorkerProcess.StartAsync();
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        Assert.False((bool)(await client.EvaluateAsync(page, $"{IsShown}('\\u{{10fffe}}')"))!);
        Assert.True((bool)(await client.EvaluateAsync(page, $"{IsShown}('{text}')"))!);
    }
}
