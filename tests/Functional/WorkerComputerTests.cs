using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Mouse and keyboard input of a session, as its page sees it.</summary>
public sealed class WorkerComputerTests
{
    private const string Page = """
        <body style="margin:0;height:5000px"><input id=field style="position:fixed;left:0;top:0;width:300px;height:40px">
        <script>
          const seen = [];
          for (const type of ['mousedown', 'mouseup', 'dblclick', 'contextmenu'])
            addEventListener(type, e => seen.push(`${type} ${e.button} ${e.clientX},${e.clientY}${e.shiftKey ? ' shift' : ''}`));
          addEventListener('keydown', e => {
            if (e.key.length > 1) seen.push(`${e.key} ${e.code}`);
            if (e.key === 'F5') e.preventDefault();
          });
        </script>
        """;

    [Fact]
    public async Task The_mouse_and_the_keyboard_do_as_told()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = Page });
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, $"{site.Url}/");

        await DoAsync(worker, """{"action":"click_mouse","button":"left","coordinates":[20,20]}""");
        await DoAsync(worker, """{"action":"type_text","text":"Hello, Wörld 1!"}""");
        Assert.Equal("Hello, Wörld 1!", (string?)await client.EvaluateAsync(page, "field.value"));
        await DoAsync(worker, """{"action":"press_key","keys":["ctrl","a"]}""");
        await DoAsync(worker, """{"action":"press_key","keys":["Delete"]}""");
        Assert.Equal("", (string?)await client.EvaluateAsync(page, "field.value"));
        await DoAsync(worker, """{"action":"type_text","text":"ab"}""");
        await DoAsync(worker, """{"action":"press_key","keys":["ArrowLeft"],"duration":0.05}""");
        await DoAsync(worker, """{"action":"press_key","keys":["x"],"hold_keys":[]}""");
        Assert.Equal("axb", (string?)await client.EvaluateAsync(page, "field.value"));
        await DoAsync(worker, """{"action":"press_key","keys":["ctrl+a"]}""");
        Assert.Equal(3, (int?)await client.EvaluateAsync(page, "field.selectionEnd - field.selectionStart"));

        await client.EvaluateAsync(page, "seen.length = 0");
        await DoAsync(worker, """{"action":"press_key","keys":["F5"]}""");
        await DoAsync(worker, """{"action":"press_key","keys":["enter"]}""");
        await DoAsync(worker, """{"action":"click_mouse","button":"right","coordinates":[200,100],"hold_keys":["Shift"]}""");
        await DoAsync(worker, """{"action":"click_mouse","button":"left","num_clicks":2}""");
        await DoAsync(worker, """{"action":"drag_mouse","path":[[10,100],[20,110],[30,120]]}""");
        string[] expected =
        [
            "F5 F5", "Enter Enter",
            "Shift ShiftLeft", "mousedown 2 200,100 shift", "contextmenu 2 200,100 shift", "mouseup 2 200,100 shift",
            "mousedown 0 200,100", "mouseup 0 200,100", "mousedown 0 200,100", "mouseup 0 200,100", "dblclick 0 200,100",
            "mousedown 0 10,100", "mouseup 0 30,120",
        ];
        Assert.Equal(expected, (await client.EvaluateAsync(page, "seen"))!.AsArray().Select(line => (string)line!));

        Assert.Equal("X=30,Y=120", (string?)(await DoAsync(worker, """{"action":"get_cursor_position"}"""))["output"]);
        await DoAsync(worker, """{"action":"scroll","coordinates":[200,200],"delta_y":700}""");
        await Eventually.IsTrueAsync(async () => (double?)await client.EvaluateAsync(page, "scrollY") > 500, "it has scrolled");
    }

    [Theory]
    [InlineData("<input id=a><input id=b>", "one", "twothree")]
    [InlineData("<input id=a><a href=/x>Forgot</a><button>Show</button><input id=b>", "one", "twothree")]
    [InlineData("<input id=a>", "one\ttwothree", null)]
    [InlineData("<textarea id=a></textarea><button>", "one\ttwo\nthree", null)]
    public async Task What_follows_a_tab_is_typed_into_the_next_field_or_else_into_the_same(string fields, string first, string? second)
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, $"data:text/html,{fields}");
        await client.EvaluateAsync(page, "a.focus()");
        await DoAsync(worker, """{"action":"type_text","text":"one\ttwo\nthree"}""");
        Assert.Equal(first, (string?)await client.EvaluateAsync(page, "a.value"));
        Assert.Equal(second, (string?)await client.EvaluateAsync(page, "window.b?.value"));
    }

    [Fact]
    public async Task A_picture_comes_with_an_action_or_alone()
    {
        await using var worker = await WorkerProcess.StartAsync();
        foreach (var action in new[] { """{"action":"take_screenshot"}""", """{"action":"wait","duration":0.05,"screenshot":true}""" })
        {
            var png = Convert.FromBase64String((string)(await DoAsync(worker, action))["base64_image"]!);
            Assert.Equal("PNG"u8, png.AsSpan(1, 3));
        }
    }

    private static Task<JsonObject> DoAsync(WorkerProcess worker, string action) => worker.CallAsync("computer", action);
}
