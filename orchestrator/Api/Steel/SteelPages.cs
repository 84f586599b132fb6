using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Proxy;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Api.Steel;

/// <summary>One page in one call: scrape, screenshot, PDF. Each makes a session of its own, which ends with the call.</summary>
public sealed class SteelPages(SessionService sessions, Artifacts artifacts, Options options, TimeProvider time)
{
    private const long LongestDelayMs = 30_000;
    private static readonly string[] Formats = ["html", "cleaned_html", "markdown", "readability"];
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/scrape", ScrapeAsync).WithSummary("Scrape a page");
        routes.MapPost("/v1/screenshot", context => SaveAsync(context, "screenshot")).WithSummary("A screenshot of a page");
        routes.MapPost("/v1/pdf", context => SaveAsync(context, "pdf")).WithSummary("A page as PDF");
        routes.MapGet("/v1/artifacts/{name}", ServeAsync).WithSummary("A screenshot or PDF");
    }

    private async Task ScrapeAsync(HttpContext context)
    {
        using var document = await ReadAsync(context);
        var fields = Fields.Of(document.RootElement);
        var body = PageBody(fields);
        var formats = fields.Texts("format", Formats.Length, 20);
        if (formats.Find(format => !Formats.Contains(format)) is not null)
            throw FieldException.Bad("format", $"a list of {string.Join(", ", Formats)}");
        var (screenshot, pdf) = (fields.Bool("screenshot") == true, fields.Bool("pdf") == true);
        await WithPageAsync(context, async page =>
        {
            using var reply = await page.WorkAsync("scrape", body, options.MaxArtifactBytes);
            if (!await WorkerPage.IsGoodAsync(context, reply))
                return;
            var html = reply.Body;
            var scraped = await Task.Run(() => ScrapeReply.From(html, formats)); // Parsing pages is no work for a thread that serves sockets.
            if (screenshot)
                scraped["screenshot"] = await UrlOfAsync(context, page, "screenshot", EmptyObject);
            if (pdf)
                scraped["pdf"] = await UrlOfAsync(context, page, "pdf", EmptyObject);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(scraped.ToJsonString());
        });
    }

    private async Task SaveAsync(HttpContext context, string kind)
    {
        using var document = await ReadAsync(context);
        var body = PageBody(Fields.Of(document.RootElement));
        await WithPageAsync(context, async page =>
        {
            if (await UrlOfAsync(context, page, kind, body) is { } saved)
                await context.Response.WriteAsJsonAsync(new((string)saved["url"]!), SteelJson.Default.SteelFileUrl);
        });
    }

    private async Task<JsonDocument> ReadAsync(HttpContext context) =>
        JsonDocument.Parse(await RequestBody.ReadJsonAsync(context.Request, options, time), new() { MaxDepth = SessionBody.MaxBodyDepth });

    // Null when the client has been told what went wrong.
    private async Task<JsonObject?> UrlOfAsync(HttpContext context, WorkerPage page, string kind, ReadOnlyMemory<byte> body)
    {
        using var reply = await page.WorkAsync(kind, body, options.MaxArtifactBytes);
        if (!await WorkerPage.IsGoodAsync(context, reply))
            return null;
        var name = await artifacts.SaveAsync(reply.Body, kind == "pdf" ? ".pdf" : ".png", context.RequestAborted);
        return new() { ["url"] = $"{PublicAddress.Of(context.Request, options).HttpOrigin}/v1/artifacts/{name}" };
    }

    // Whatever the request asks for has been checked before: a refusal costs no worker.
    private async Task WithPageAsync(HttpContext context, Func<WorkerPage, Task> work)
    {
        var clock = new SessionClock(options.PageTimeout, options.PageTimeout * 3);
        try
        {
            using var created = await sessions.CreateAsync(new(EmptyObject, clock) { Holder = context.Caller().Name }, context.RequestAborted);
            if (created.Session is null)
                await WorkerRefusals.WriteAsync(context, CreateOutcome.Of(created).Refusal!);
            else
                await WorkAsync(context, created.Session, work);
        }
        catch (PoolUnavailableException e) when (e.IsOverload)
        {
            await Problem.TooManyAsync(context, e.Message, e.RetryAfter);
        }
    }

    private async Task WorkAsync(HttpContext context, Session session, Func<WorkerPage, Task> work)
    {
        try
        {
            if (await session.TryPlaceAsync(options.WorkerTimeout) is not { } placement)
                await Problem.SessionGoneAsync(context, session);
            else if (!placement.Worker.HasExtras)
                await Problem.WriteAsync(context, StatusCodes.Status501NotImplemented, "These workers cannot open pages by themselves. Run the node with --worker chromium.");
            else
                await work(new(placement, options.PageTimeout));
        }
        finally
        {
            sessions.End(session, EndReason.Deleted, "its one call is over");
        }
    }

    private static ReadOnlyMemory<byte> PageBody(Fields fields)
    {
        if (!Uri.TryCreate(fields.Text("url", 8192), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw FieldException.Bad("url", "an http or https address");
        if (fields.Bool("useProxy") == true)
            throw FieldException.Missing("useProxy", "proxies of its own");
        var body = new JsonObject { ["url"] = fields.Text("url", 8192) };
        if (fields.Number("delay", 0, LongestDelayMs) is { } delay)
            body["delay"] = delay;
        if (fields.Bool("fullPage") is { } fullPage)
            body["fullPage"] = fullPage;
        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    private Task ServeAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (artifacts.Find(name) is not { } path)
            return Problem.WriteAsync(context, StatusCodes.Status404NotFound, "There is no such file, or its time is over (--artifact-life).", "not_found");
        context.Response.ContentType = name.EndsWith(".pdf", StringComparison.Ordinal) ? "application/pdf" : "image/png";
        return context.Response.SendFileAsync(path, context.RequestAborted);
    }
}

/// <summary>The page of a session of our own, on a worker that works in it for us.</summary>
internal sealed record WorkerPage(Placement Placement, TimeSpan Timeout)
{
    /// <param name="what">scrape, screenshot or pdf.</param>
    /// <param name="body">JSON.</param>
    /// <param name="maxReplyBytes">A larger reply is an error.</param>
    public ValueTask<WorkerReply> WorkAsync(string what, ReadOnlyMemory<byte> body, int maxReplyBytes) =>
        Placement.Worker.Client.WorkInPageAsync($"{Placement.Lease.SessionPath}/{what}", body, maxReplyBytes, Timeout);

    /// <summary>Tells the client what went wrong, and returns false, unless it went well.</summary>
    public static async Task<bool> IsGoodAsync(HttpContext context, WorkerReply reply)
    {
        if (reply.IsSuccess)
            return true;
        var said = reply.Error == WorkerError.None ? WorkerRefusals.Message(reply.Body.Span) : null;
        await Problem.WriteAsync(context, reply is { Error: WorkerError.None, Status: 400 } ? 400 : 502, said ?? $"The page could not be opened: {reply}.");
        return false;
    }
}
