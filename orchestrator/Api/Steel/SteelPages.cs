using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Proxy;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Api.Steel;

/// <summary>One page in one call: scrape, screenshot, PDF. Each makes a session of its own, which ends with the call.</summary>
public sealed class SteelPages(SessionService sessions, Artifacts artifacts, Options options, TimeProvider time, ILogger<SteelPages> logger)
{
    private const long LongestDelayMs = 30_000;
    private static readonly string[] Formats = ["html", "cleaned_html", "markdown", "readability"];
    private static readonly string[] FileKinds = ["screenshot", "pdf"];
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/scrape", ScrapeAsync).WithSummary("Scrape a page");
        routes.MapPost("/v1/screenshot", context => SaveAsync(context, "screenshot")).WithSummary("A screenshot of a page");
        routes.MapPost("/v1/pdf", context => SaveAsync(context, "pdf")).WithSummary("A page as PDF");
        routes.MapGet("/v1/artifacts/{name}", ServeAsync).WithSummary("A screenshot or PDF").Reads();
    }

    private Task ScrapeAsync(HttpContext context) => WithPageAsync(context, fields =>
    {
        var formats = fields.Texts("format", Formats.Length, 20);
        if (formats.Find(format => !Formats.Contains(format)) is not null)
            throw FieldException.Bad("format", $"a list of {string.Join(", ", Formats)}");
        var kinds = FileKinds.Where(kind => fields.Bool(kind) == true).ToList();
        var body = PageBody(fields);
        return page => ScrapeAsync(context, page, body, formats, kinds);
    });

    private async Task ScrapeAsync(HttpContext context, WorkerPage page, ReadOnlyMemory<byte> body, List<string> formats, List<string> kinds)
    {
        using var reply = await page.WorkAsync("scrape", body, options.MaxArtifactBytes, context.RequestAborted);
        if (!await WorkerPage.IsGoodAsync(context, reply))
            return;
        Dictionary<string, string> files = [];
        foreach (var kind in kinds)
        {
            if (await UrlOfAsync(context, page, kind, EmptyObject) is not { } url)
                return;
            files[kind] = url;
        }

        var html = reply.Body;
        var scraped = await Task.Run(() => ScrapeReply.From(html, formats, files)); // Parsing pages is no work for a thread that serves sockets.
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(scraped);
    }

    private Task SaveAsync(HttpContext context, string kind) => WithPageAsync(context, fields =>
    {
        var body = PageBody(fields);
        return async page =>
        {
            if (await UrlOfAsync(context, page, kind, body) is { } url)
                await context.Response.WriteAsJsonAsync(new(url), SteelJson.Default.SteelFileUrl);
        };
    });

    // Null when the client has been told what went wrong.
    private async Task<string?> UrlOfAsync(HttpContext context, WorkerPage page, string kind, ReadOnlyMemory<byte> body)
    {
        using var reply = await page.WorkAsync(kind, body, options.MaxArtifactBytes, context.RequestAborted);
        if (!await WorkerPage.IsGoodAsync(context, reply))
            return null;
        var name = await artifacts.SaveAsync(reply.Body, kind == "pdf" ? ".pdf" : ".png", context.RequestAborted);
        return $"{PublicAddress.Of(context.Request, options).HttpOrigin}/v1/artifacts/{name}";
    }

    // All fields are read before a session is made: a refusal costs no worker.
    private async Task WithPageAsync(HttpContext context, Func<Fields, Func<WorkerPage, Task>> read)
    {
        using var document = JsonDocument.Parse(await RequestBody.ReadJsonAsync(context.Request, options, time), new() { MaxDepth = SessionBody.MaxBodyDepth });
        var fields = Fields.Of(document.RootElement);
        if (!Uri.TryCreate(fields.Text("url", 8192), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw FieldException.Bad("url", "an http or https address");
        if (fields.Bool("useProxy") == true)
            throw FieldException.Missing("useProxy", "proxies of its own");
        var work = read(fields);
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
        catch (UnreadablePageException e)
        {
            logger.LogWarning(e, "What {Url} holds cannot be told", url);
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, e.Message);
        }
        catch (ArtifactSpaceException e)
        {
            await Problem.WriteAsync(context, StatusCodes.Status507InsufficientStorage, e.Message);
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
        var body = new JsonObject { ["url"] = fields.Text("url", 8192) };
        if (fields.Number("delay", 0, LongestDelayMs) is { } delay)
            body["delay"] = delay;
        if (fields.Bool("fullPage") is { } fullPage)
            body["fullPage"] = fullPage;
        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    private async Task ServeAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (artifacts.Find(name) is not { } path || TryOpen(path) is not { } file)
        {
            await Problem.WriteAsync(context, StatusCodes.Status404NotFound, "There is no such file, or its time is over (--artifact-life).", "not_found");
            return;
        }

        await using (file)
        {
            context.Response.ContentType = name.EndsWith(".pdf", StringComparison.Ordinal) ? "application/pdf" : "image/png";
            context.Response.ContentLength = file.Length;
            await file.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    // Null when its time has ended since it was found.
    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>The page of a session of our own, on a worker that works in it for us.</summary>
internal sealed record WorkerPage(Placement Placement, TimeSpan Timeout)
{
    /// <param name="what">scrape, screenshot or pdf.</param>
    /// <param name="body">JSON.</param>
    /// <param name="maxReplyBytes">A larger reply is an error.</param>
    /// <param name="left">The client has: nobody waits for the reply any more.</param>
    public async Task<WorkerReply> WorkAsync(string what, ReadOnlyMemory<byte> body, int maxReplyBytes, CancellationToken left)
    {
        var work = Placement.Worker.Client.WorkInPageAsync($"{Placement.Lease.SessionPath}/{what}", body, maxReplyBytes, Timeout).AsTask();
        try
        {
            return await work.WaitAsync(left);
        }
        catch (OperationCanceledException)
        {
            _ = DropAsync(work);
            throw;
        }
    }

    // The end of the session, which follows, ends the work as well.
    private static async Task DropAsync(Task<WorkerReply> work)
    {
        using var reply = await work;
    }

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
