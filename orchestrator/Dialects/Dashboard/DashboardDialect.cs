using Microsoft.AspNetCore.Http.Features;
using Steelyard.Http;

namespace Steelyard.Dialects.Dashboard;

/// <summary>The dashboard for people. This node signs them in; a process of its own serves the pages.</summary>
internal sealed class DashboardDialect(
    DashboardForwarder forwarder, DashboardCookie cookie, KeyRing keys, WrongKeys wrong, StreamPlaces places) : IDialect
{
    private static readonly FormOptions Limits = new() { ValueCountLimit = 4, KeyLengthLimit = 16, ValueLengthLimit = 1024 };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/dashboard/{**path}", [HttpMethods.Get, HttpMethods.Post], ShowAsync)
            .Reads();
        routes.MapPost("/dashboard/sign-in", SignInAsync);
        routes.MapPost("/dashboard/sign-out", SignOutAsync);
    }

    private async Task ShowAsync(HttpContext context)
    {
        await Task.Yield(); // Not on a thread that serves sockets.
        var key = cookie.Read(context.Request);
        if (!keys.IsEmpty && (key is null || keys.Find(key) is null))
        {
            await (IsFromElsewhere(context.Request)
                ? SignInPage.WriteAsync(context, SignInPage.Again)
                : RefuseAsync(context, SignInPage.Ask));
            return;
        }

        // The pages' links are relative to this.
        if (context.Request.Path == DashboardCookie.Dashboard)
        {
            context.Response.Redirect("/dashboard/");
            return;
        }

        using var place = Upgrade.IsAsked(context.Request) ? places.Take(context.Caller()) : null;
        if (await forwarder.ForwardAsync(context, key) is { } why && !context.RequestAborted.IsCancellationRequested)
            await Problem.UnavailableAsync(context, why, TimeSpan.FromSeconds(5));
    }

    // Without a key, a request gets here only with the path of the dashboard.
    private async Task SignInAsync(HttpContext context)
    {
        var key = await ReadKeyAsync(context);
        if (keys.Find(key) is null)
        {
            await wrong.SlowAsync(context.Connection.RemoteIpAddress ?? System.Net.IPAddress.None, context.RequestAborted);
            await RefuseAsync(context, SignInPage.Wrong);
            return;
        }

        cookie.Write(context, key);
        context.Response.Redirect("/dashboard/");
    }

    // Empty when there is none.
    private static async Task<string> ReadKeyAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
            return "";
        try
        {
            var form = await context.Request.ReadFormAsync(Limits, context.RequestAborted);
            return form["key"].ToString().Trim();
        }
        catch (InvalidDataException)
        {
            return ""; // Too many or too long fields.
        }
    }

    private static Task RefuseAsync(HttpContext context, string page)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return SignInPage.WriteAsync(context, page);
    }

    private Task SignOutAsync(HttpContext context)
    {
        cookie.Delete(context);
        context.Response.Redirect("/dashboard/");
        return Task.CompletedTask;
    }

    // The browser leaves out the cookie when a link on another site leads here. It sends it when the page loads itself again.
    private static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [not ("same-origin" or "none")] && request.Headers["Sec-Fetch-Mode"] == "navigate";
}
