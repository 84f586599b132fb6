using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Steelyard.History;

namespace Steelyard.Tests.Functional;

/// <summary>A web site on a free port of 127.0.0.1 that records the requests.</summary>
internal sealed class Site : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Types = new()
    {
        [".js"] = "text/javascript",
        [".json"] = "application/json",
        [".txt"] = "text/plain",
        [".pdf"] = "application/pdf",
    };

    private readonly WebApplication app;
    private readonly ConcurrentQueue<(string Path, IHeaderDictionary Headers)> requests = new();

    private Site(WebApplication app) => this.app = app;

    public string Url => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public int Port => new Uri(Url).Port;

    public IEnumerable<string> Paths => requests.Select(request => request.Path);

    /// <summary>
    /// Starts a site. For a path that is not among the pages, the response is 200 with at most one byte. A path that begins with
    /// <c>/hangs</c> never answers.
    /// </summary>
    public static async Task<Site> StartAsync(Dictionary<string, string> pages)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var site = new Site(builder.Build());
        site.app.Run(context => site.AnswerAsync(context, pages));
        await site.app.StartAsync();
        return site;
    }

    public string HeaderOf(string path, string name) => requests.Last(request => request.Path == path).Headers[name].ToString();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    // Writes until the client disconnects; anything written later is discarded.
    private static async Task SendForEverAsync(HttpContext context)
    {
        context.Response.Headers.ContentDisposition = "attachment";
        context.Response.ContentType = "application/octet-stream";
        var bytes = new byte[1 << 20];
        while (!context.RequestAborted.IsCancellationRequested)
            await context.Response.Body.WriteAsync(bytes);
    }

    private Task AnswerAsync(HttpContext context, Dictionary<string, string> pages)
    {
        var path = context.Request.Path.Value!;
        requests.Enqueue((path, new HeaderDictionary(context.Request.Headers.ToDictionary())));
        if (path == "/missing")
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        if (path == "/moved")
        {
            context.Response.Redirect($"http://localhost:{Port}/page");
            return Task.CompletedTask;
        }

        if (path == "/redirect")
        {
            context.Response.Redirect(context.Request.QueryString.Value![1..]);
            return Task.CompletedTask;
        }

        if (path.StartsWith("/hangs", StringComparison.Ordinal))
            return Task.Delay(Timeout.Infinite, context.RequestAborted);

        if (path == "/endless.bin")
            return SendForEverAsync(context);

        context.Response.ContentType =
            Types.TryGetValue(Path.GetExtension(path), out var type) ? type
            : pages.ContainsKey(path) ? "text/html; charset=utf-8"
            : "text/css";
        if (path.EndsWith(".bin", StringComparison.Ordinal))
            context.Response.Headers.ContentDisposition = "attachment";
        return context.Response.WriteAsync(pages.GetValueOrDefault(path, " "));
    }
}
