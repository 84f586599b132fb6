using System.Text.Json;
using SteelBrowser.DevTools;
using SteelBrowser.Pages;
using Steelyard.Contract.Input;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Setup;

/// <summary>
/// Fills localStorage and sessionStorage, which only a page of the origin itself can do. It visits each origin, on an empty page that the
/// worker serves instead of the network. Nothing is requested from any server.
/// </summary>
internal sealed class StorageSeeder(DevToolsPipe pipe, PageSession page, TimeProvider time)
{
    private const string Fill = """
        ((origin, local, session) => {
          if (location.origin !== origin) return 'origin';
          try { for (const [key, value] of local) localStorage.setItem(key, value); } catch (e) { return 'localStorage'; }
          try { for (const [key, value] of session) sessionStorage.setItem(key, value); } catch (e) { return 'sessionStorage'; }
          return '';
        })
        """;

    /// <summary>Fills the storage of all origins. Throws <see cref="BadInputException"/> when an origin does not accept its data.</summary>
    public async Task SeedAsync(IReadOnlyList<StoredOrigin> origins, CancellationToken deadline)
    {
        pipe.Received += OnReceived;
        try
        {
            await page.CallAsync("Page.enable", "{}", deadline);
            await page.CallAsync("Fetch.enable", """{"patterns":[{"urlPattern":"*"}]}""", deadline);
            foreach (var origin in origins)
                await SeedAsync(origin, deadline);
            await page.CallAsync("Fetch.disable", "{}", deadline);
        }
        finally
        {
            pipe.Received -= OnReceived;
        }
    }

    private async Task SeedAsync(StoredOrigin origin, CancellationToken deadline)
    {
        await PageLoad.OpenAsync(page, origin.Origin + "/", time, deadline);
        var failed = await page.EvaluateAsync(
            $"{Fill}({PageSession.Literal(origin.Origin)}, {Pairs(origin.Local)}, {Pairs(origin.Session)})", deadline);
        switch (failed.GetString())
        {
            case "origin":
                throw new BadInputException($"the browser opens another origin instead of {origin.Origin}", "context");
            case { Length: > 0 } storage:
                throw new BadInputException($"{origin.Origin} cannot store that much data", $"context.{storage}.{origin.Origin}");
        }
    }

    private static string Pairs(IReadOnlyList<(string Key, string Value)> items) =>
        $"[{string.Join(',', items.Select(item => $"[{PageSession.Literal(item.Key)},{PageSession.Literal(item.Value)}]"))}]";

    private void OnReceived(DevToolsEvent received)
    {
        if (received.Method != "Fetch.requestPaused" || received.Session != page.Id)
            return;
        var id = JsonEncodedText.Encode(received.Parameters.GetProperty("requestId").GetString() ?? "");
        pipe.Post(
            "Fetch.fulfillRequest",
            $$"""{"requestId":"{{id}}","responseCode":200,"responseHeaders":[{"name":"Content-Type","value":"text/html"}],"body":""}""",
            page.Id);
    }
}
