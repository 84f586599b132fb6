using Microsoft.AspNetCore.HttpOverrides;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>Registers what all dialects share: keys, guards and errors.</summary>
internal static class HttpServices
{
    public static IServiceCollection AddHttp(this IServiceCollection services, KeyRing keys) => services
        .AddRoutingCore()
        .AddSingleton(keys)
        .AddSingleton<WrongKeys>()
        .AddSingleton<RequestBodies>()
        .AddSingleton<StreamPlaces>();

    /// <summary>Adds the middleware that runs before a route, in order.</summary>
    public static void UseHttp(this WebApplication app, Options options)
    {
        if (options.TrustedProxies.Count > 0)
            app.UseForwardedHeaders(Forwarding(options));
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<SocketPaths>();
        app.UseRouting(); // Before the guard, which reads the route's GetEffect.
        app.UseMiddleware<OriginGuard>();
        app.UseMiddleware<ApiKeys>();
        app.Use((context, next) =>
        {
            // To handlers, a HEAD is a GET. The server leaves out the body, whatever they write.
            if (HttpMethods.IsHead(context.Request.Method))
                context.Request.Method = HttpMethods.Get;
            return next(context);
        });
    }

    /// <summary>Adds the routes of all dialects.</summary>
    public static void MapDialects(this WebApplication app)
    {
        foreach (var dialect in app.Services.GetServices<IDialect>())
            dialect.Map(app);
        app.UseEndpoints(_ => { });
    }

    private static ForwardedHeadersOptions Forwarding(Options options)
    {
        var forwarding = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null, // Any number of trusted proxies in a row.
        };
        forwarding.KnownProxies.Clear();
        forwarding.KnownIPNetworks.Clear();
        foreach (var proxy in options.TrustedProxies)
            forwarding.KnownProxies.Add(proxy);
        return forwarding;
    }
}
