using Steelyard.Api;
using Steelyard.Cdp;
using Steelyard.Dialects.Browserless;
using Steelyard.Dialects.Challenge;
using Steelyard.Dialects.Connect;
using Steelyard.Dialects.Dashboard;
using Steelyard.Dialects.DevTools;
using Steelyard.Dialects.Events;
using Steelyard.Dialects.LiveView;
using Steelyard.Dialects.Operator;
using Steelyard.Dialects.Steel;
using Steelyard.Dialects.WebDriver;
using Steelyard.Events;
using Steelyard.Http;

namespace Steelyard;

/// <summary>Registers the dialects of a node. No other code knows all of them.</summary>
internal static class NodeDialects
{
    public static IServiceCollection AddDialects(this IServiceCollection services) => services
        .AddSingleton<IDialect, ChallengeDialect>()
        .AddSingleton<IDialect, DevToolsDialect>()
        .AddSingleton<RootDiscovery>()
        .AddSingleton<SessionTargets>()
        .AddSingleton<IDialect, ConnectDialect>()
        .AddSingleton<TemporarySessions>()
        .AddSingleton<IDialect, RootDiscoveryDialect>()
        .AddSingleton<IDialect, RootTargetsDialect>()
        .AddSingleton<IDialect, BrowserlessDialect>()
        .AddSingleton<IDialect, WebDriverDialect>()
        .AddSingleton<IDialect, LiveViewDialect>()
        .AddSingleton<IDialect, HistoryDialect>()
        .AddSingleton<IDialect, OperatorDialect>()
        .AddSingleton<IDialect, SessionListDialect>()
        .AddSingleton<IDialect, WorkersDialect>()
        .AddSingleton<IDialect, NodesDialect>()
        .AddSingleton<NodeCounts>()
        .AddSingleton<INodeSubscriber>(all => all.GetRequiredService<NodeCounts>())
        .AddSingleton<NodeStateReader>()
        .AddSingleton<LastExits>()
        .AddSingleton<INodeSubscriber>(all => all.GetRequiredService<LastExits>())
        .AddSingleton<NodeSeries>()
        .AddSingleton<IDialect>(all => all.GetRequiredService<NodeSeries>())
        .AddSingleton<DashboardProcess>()
        .AddSingleton<DashboardForwarder>()
        .AddSingleton<IDialect, DashboardDialect>()
        .AddSingleton<EventStreams>()
        .AddSingleton<IDialect, EventsDialect>()
        .AddSingleton<IDialect, RecordingDialect>()
        .AddSingleton<IDialect, ApiDescription>()
        .AddSingleton<IDialect, ReferencePage>()
        .AddSteel();
}
