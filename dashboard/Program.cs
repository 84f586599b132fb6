using System.Globalization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using MudBlazor.Services;
using Steelyard.Dashboard;
using Steelyard.Dashboard.Components;
using Steelyard.Dashboard.Export;
using Steelyard.Dashboard.Node;

// steelyard-dashboard SOCKET NODE: serves the dashboard on a Unix socket, for the node with this URL, which has started it and sends each
// request on with the key of its caller. It ends when the node closes descriptor 3, and when nobody has looked for a while.
if (args is not [var socket, var node])
{
    await Console.Error.WriteLineAsync("steelyard-dashboard is started by a node at the first visit of /dashboard.");
    return 2;
}

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
builder.Services
    .AddSingleton(TimeProvider.System)
    .AddSingleton(new NodeAddress(new(node)))
    .AddSingleton<Feeds>()
    .AddSingleton<Presence>()
    .AddSingleton<CircuitHandler>(services => services.GetRequiredService<Presence>())
    .AddScoped<NodeCaller>()
    .AddScoped(services => services.GetRequiredService<Feeds>().ApiOf(services.GetRequiredService<NodeCaller>().Key))
    .AddHttpContextAccessor()
    .AddMudServices()
    .AddRazorComponents()
    .AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1));
builder.Services
    .AddCascadingAuthenticationState()
    .AddAuthentication(NodeAuthentication.Scheme)
    .AddScheme<NodeAuthentication.Options, NodeAuthentication>(NodeAuthentication.Scheme, null);

var app = builder.Build();
app.UsePathBase("/dashboard");
app.UseRouting();
app.UseMiddleware<PagePolicy>();
app.UseAuthentication();
app.UseAntiforgery();
app.MapStaticAssets();
app.MapExports();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
await app.StartAsync();
await Task.WhenAny(app.Services.GetRequiredService<Presence>().NobodyAsync(), NodeLife.EndedAsync());
using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
await app.StopAsync(now.Token);
return 0;
