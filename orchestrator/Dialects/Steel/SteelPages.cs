using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Contract.Input;
using Steelyard.Http;
using Steelyard.Requests;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.Steel;

/// <summary>One page in one call: scrape, screenshot, PDF. Each call creates a session, which ends with the call.</summary>
public sealed class SteelPages(PageSessions pages, Artifacts artifacts, RequestBodies bodies, Options options) : IDialect
{
    private const long LongestDelayMs = 30_000;
    private static readonly string[] Formats = ["html", "cleaned_html", "markdown", "readability"];
    private static readonly string[] FileKinds = ["screenshot", "pdf"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/scrape", ScrapeAsync).Creates();
        routes.MapPost("/v1/screenshot", context => SaveAsync(context, "screenshot")).Creates();
        routes.MapPost("/v1/pdf", context => SaveAsync(context, "pdf")).Creates();
        routes.MapGet("/v1/artifacts/{name}", ServeAsync).Reads();
    }

    private Task ScrapeAsync(HttpContext context) => WithPageAsync(context, (fields, body) =>
    {
        var formats = fields.Texts("format", Formats.Length, 20);
        if (formats.Find(format => !Formats.Contains(format)) is not null)
            throw FieldException.Bad("format", $"a list of {string.Join(", ", Formats)}");
        var kinds = FileKinds.Where(kind => fields.Bool(kind) == true).ToList();
        return page => ScrapeAsync(context, page, body, formats, kinds);
    });

    // Makes the files first: the answer to the scrape can then be passed on while it arrives.
    private async Task ScrapeAsync(HttpContext context, WorkerPage page, JsonObject body, List<string> formats, List<string> kinds)
    {
        var files = new JsonObject();
        foreach (var kind in kinds)
        {
            files[kind] = await SaveAsync(context, page, kind, body);
            body = [];
        }

        if (formats.Count > 0)
            body["format"] = new JsonArray([.. formats.Select(format => JsonValue.Create(format))]);
        await page.WorkAsync(
            "scrape",
            ToJson(body),
            (scraped, deadline) => ScrapeReply.WriteAsync(context.Response, files, scraped, deadline),
            context.RequestAborted);
    }

    private Task SaveAsync(HttpContext context, string kind) => WithPageAsync(context, (fields, body) =>
    {
        if (fields.Bool("fullPage") is { } fullPage)
            body["fullPage"] = fullPage;
        return async page => await context.Response.WriteAsJsonAsync(await SaveAsync(context, page, kind, body));
    });

    // Returns the address at which the client can fetch the file, and the state of the page.
    private async Task<JsonObject> SaveAsync(HttpContext context, WorkerPage page, string kind, JsonObject body)
    {
        JsonObject saved = [];
        await page.WorkAsync(
            kind,
            ToJson(body),
            async (file, deadline) =>
            {
                var name = await artifacts.SaveAsync(file.Content, file.Length, kind == "pdf" ? ".pdf" : ".png", deadline);
                saved = file.State;
                saved["url"] = $"{PublicAddress.Of(context.Request, options).HttpOrigin}/v1/artifacts/{name}";
            },
            context.RequestAborted);
        return saved;
    }

    // Reads all fields before it creates a session: an invalid field then costs no worker.
    private async Task WithPageAsync(HttpContext context, Func<Fields, JsonObject, Func<WorkerPage, Task>> read)
    {
        using var document = JsonDocument.Parse(await bodies.ReadJsonAsync(context.Request), new() { MaxDepth = SessionBody.MaxBodyDepth });
        var fields = Fields.Of(document.RootElement);
        var url = WebAddress.Parse(fields.Text("url", 8192) ?? "") ?? throw FieldException.Bad("url", "an http or https address");
        var (setup, json) = SetupTranslator.Translate(fields); // Such as proxyUrl.
        var work = read(fields, PageBody(fields, url));
        try
        {
            await pages.UseAsync(context, setup.AreGiven ? json : default, work);
        }
        catch (PageFailedException) when (context.Response.HasStarted)
        {
            context.Abort(); // Otherwise the client would take what it has received for the whole reply.
        }
        catch (PageFailedException e)
        {
            await Problem.WriteAsync(context, e.Status, e.Message);
        }
        catch (ArtifactSpaceException e)
        {
            await Problem.WriteAsync(context, StatusCodes.Status507InsufficientStorage, e.Message);
        }
    }

    private static JsonObject PageBody(Fields fields, string url)
    {
        var body = new JsonObject { ["url"] = url };
        if (fields.Number("delay", 0, LongestDelayMs) is { } delay)
            body["delay"] = delay;
        return body;
    }

    private static byte[] ToJson(JsonObject body) => JsonSerializer.SerializeToUtf8Bytes(body);

    private async Task ServeAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (artifacts.Find(name) is not { } path || TryOpen(path) is not { } file)
        {
            await Problem.WriteAsync(
                context, StatusCodes.Status404NotFound, "There is no such file, or it has expired (--artifact-life).", "not_found");
            return;
        }

        await using (file)
        {
            context.Response.ContentType = name.EndsWith(".pdf", StringComparison.Ordinal) ? "application/pdf" : "image/png";
            context.Response.ContentLength = file.Length;
            await file.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    // Returns null when the file has expired since it was found.
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
