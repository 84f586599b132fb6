using Scalar.AspNetCore;
using Steelyard.Http;

namespace Steelyard.Api;

/// <summary>
/// The description for people, at <c>/docs</c>: Scalar's API reference, which is built in, so that the page asks no other host for
/// anything. Its script is read at the first visit.
/// </summary>
internal sealed class ReferencePage : IDialect
{
    private const string ScriptPath = DescriptionPaths.Page + "/scalar.js";

    // Compressed, as the package has it. It is the only part of the package that we use.
    private const string Script = "ScalarStaticAssets.scalar.js";

    // Scalar adds style sheets of its own. Without the rest, a description could not make the page load or send anything.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(DescriptionPaths.Page, WritePageAsync).Reads();
        routes.MapGet(ScriptPath, WriteScriptAsync).Reads();
    }

    private static Task WritePageAsync(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers["Referrer-Policy"] = "no-referrer"; // The address may hold a key.
        return WriteAsync(context, typeof(ReferencePage), "Steelyard.Api.docs.html", "text/html; charset=utf-8");
    }

    private static Task WriteScriptAsync(HttpContext context)
    {
        var version = $"\"{typeof(ScalarOptions).Assembly.GetName().Version}\"";
        context.Response.Headers.ETag = version;
        if (context.Request.Headers.IfNoneMatch == version)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        context.Response.Headers.ContentEncoding = "gzip"; // Every browser takes it.
        return WriteAsync(context, typeof(ScalarOptions), Script, "text/javascript; charset=utf-8");
    }

    private static async Task WriteAsync(HttpContext context, Type near, string name, string contentType)
    {
        await Task.Yield(); // Reading may wait for the disk, and this may be a thread that serves sockets.
        await using var resource = near.Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded in {near.Assembly.GetName().Name}");
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.ContentType = contentType;
        context.Response.ContentLength = resource.Length;
        await resource.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
