using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using SteelBrowser.Chromium;
using SteelBrowser.Computer;
using SteelBrowser.DevTools;
using SteelBrowser.Http;
using SteelBrowser.Live;
using SteelBrowser.Pages;
using SteelBrowser.Setup;
using Steelyard.Contract.Input;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Extras;

/// <summary>Routes the calls that only a worker with a browser has, and turns their failures into replies.</summary>
internal sealed class SessionExtras(ChromiumHost host, SizeLimits limits, TimeProvider time) : IDisposable
{
    private const string FilePrefix = "files/";

    // Longer than any valid call needs: a page may take 30 s to load, a delay 30 s, and a wait 60 s.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private static readonly Reply NotNow = Reply.Error(
        StatusCodes.Status503ServiceUnavailable, "the browser of this session is being replaced: try again");
    private static readonly Reply NoSuchPage = Reply.Error(StatusCodes.Status404NotFound, "no such page");

    private readonly PageFinder pages = new();
    private readonly SessionSetup setup = new(host);
    private readonly LiveEndpoint live = new(host, time);

    /// <summary>Handles one call. Returns null when the answer has already been sent.</summary>
    /// <param name="context">The request.</param>
    /// <param name="id">The session's id.</param>
    /// <param name="call">The part of the path after the id, such as <c>scrape</c>, not yet decoded.</param>
    public async ValueTask<Reply?> HandleAsync(HttpContext context, string id, string call)
    {
        if (!host.TryFind(id, out var browser))
            return Reply.NotFound;
        if (browser is null)
            return NotNow;
        if (call == "live")
            return await live.HandleAsync(context, id); // No deadline: a viewer may stay as long as it wants.
        using var timer = new CancellationTokenSource(Deadline, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted);
        try
        {
            return await RouteAsync(context, id, browser, call, deadline.Token);
        }
        catch (IOException) when (context.Response.HasStarted)
        {
            context.Abort();
            return null;
        }
        catch (BadInputException e)
        {
            return Reply.Problem(StatusCodes.Status400BadRequest, e.Message, e.Field);
        }
        catch (BadHttpRequestException e)
        {
            return Reply.Problem(e.StatusCode, e.Message);
        }
        catch (Exception e) when (e is UnresponsivePageException or NoPageException)
        {
            return Reply.Problem(
                e is NoPageException ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status504GatewayTimeout, e.Message);
        }
        catch (Exception e) when (IsFailure(e))
        {
            // Once the session has ended, its end is the cause of any failure.
            return host.Session?.Id == id ? Reply.Problem(StatusCodes.Status502BadGateway, e.Message) : Reply.NotFound;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return Reply.Problem(StatusCodes.Status502BadGateway, $"the call did not finish within {Deadline.TotalSeconds} s");
        }
    }

    public void Dispose() => pages.Dispose();

    private static bool IsFailure(Exception e) =>
        e is DevToolsException or BrowserLostException or NavigationException or ScriptException
            or IOException or SocketException or UnauthorizedAccessException;

    private async Task<Reply?> RouteAsync(HttpContext context, string id, Browser browser, string call, CancellationToken deadline)
    {
        var tools = new PageTools(pages, time);
        switch (context.Request.Method, call)
        {
            case ("POST", "setup"):
                return await SetUpAsync(context, id, deadline);
            case ("GET", "context"):
                return Reply.Json(StatusCodes.Status200OK, await new ContextReader(browser.Pipe, time).ReadAsync(deadline));
            case ("GET", "usage"):
                return Usage(browser);
            case ("POST", "proxies"):
                return LeadToProxy(browser, await ReadAsync(context));
            case ("POST", "computer"):
                return await new ComputerApi(pages, time).RunAsync(browser, ComputerParser.Parse(await ReadAsync(context)), deadline);
            case ("POST", "scrape"):
                return await tools.ScrapeAsync(browser, PageRequest.Parse(await ReadAsync(context), PageWork.Scrape), deadline);
            case ("POST", "screenshot"):
                return await tools.ScreenshotAsync(browser, PageRequest.Parse(await ReadAsync(context), PageWork.Screenshot), deadline);
            case ("POST", "pdf"):
                return await tools.PrintAsync(browser, PageRequest.Parse(await ReadAsync(context), PageWork.Print), deadline);
            default:
                return await RouteFilesAsync(context, browser, call, deadline);
        }
    }

    private async Task<Reply?> RouteFilesAsync(HttpContext context, Browser browser, string call, CancellationToken deadline)
    {
        switch (context.Request.Method, call)
        {
            case ("GET", "files"):
                return FilesApi.List(browser);
            case ("GET", "folders"):
                return FilesApi.Folders(browser, host.Isolation?.Readable ?? []);
            case ("POST", "files"):
                return await FilesApi.UploadAsync(context, browser, limits, deadline);
            case ("DELETE", "files"):
                return FilesApi.DeleteAll(browser);
            case ("GET", "files.zip"):
                return await FilesApi.ZipAsync(context, browser);
            case ("GET", _) when call.StartsWith(FilePrefix, StringComparison.Ordinal):
                return await FilesApi.DownloadAsync(context, browser, Uri.UnescapeDataString(call[FilePrefix.Length..]));
            case ("DELETE", _) when call.StartsWith(FilePrefix, StringComparison.Ordinal):
                return FilesApi.Delete(browser, Uri.UnescapeDataString(call[FilePrefix.Length..]));
            default:
                return NoSuchPage;
        }
    }

    private async Task<Reply> SetUpAsync(HttpContext context, string id, CancellationToken deadline)
    {
        RequestBody.Limit(context, SizeLimits.Request(limits.Setup));
        return await setup.RunAsync(id, SessionOptionsParser.Parse(await ReadAsync(context)), deadline) ? Reply.NoContent : Reply.NotFound;
    }

    // Without a relay, the browser reaches the proxy by itself.
    private static Reply LeadToProxy(Browser browser, JsonElement body)
    {
        var proxy = ProxyParser.Parse(body, "proxy");
        var server = browser.Relay is { } relay ? relay.LeadTo(proxy) : proxy.Address;
        return Reply.Json(StatusCodes.Status200OK, Encoding.UTF8.GetBytes($$"""{"server":{{PageSession.Literal(server)}}}"""));
    }

    private static Reply Usage(Browser browser)
    {
        var traffic = browser.Relay?.Traffic;
        var json = $$"""{"proxy_tx_bytes":{{traffic?.Sent ?? 0}},"proxy_rx_bytes":{{traffic?.Received ?? 0}}}""";
        return Reply.Json(StatusCodes.Status200OK, Encoding.ASCII.GetBytes(json));
    }

    private static async Task<JsonElement> ReadAsync(HttpContext context)
    {
        using var document = JsonDocument.Parse(
            await RequestBody.ReadJsonAsync(context.Request), new() { MaxDepth = RequestBody.MaxDepth });
        return document.RootElement.Clone();
    }
}
