using Steelyard.Http;

namespace Steelyard.Dialects.Steel;

/// <summary>Registers the Steel dialect and its parts.</summary>
internal static class SteelServices
{
    public static IServiceCollection AddSteel(this IServiceCollection services) => services
        .AddSingleton<WorkerForwarder>()
        .AddSingleton<SessionLister>()
        .AddSingleton<SessionDescriber>()
        .AddSingleton<Artifacts>()
        .AddSingleton<PageTurns>()
        .AddSingleton<PageSessions>()
        .AddSingleton<UsageWatch>()
        .AddSingleton<IDialect, SteelDialect>()
        .AddSingleton<IDialect, SteelExtras>()
        .AddSingleton<IDialect, SteelPages>()
        .AddSingleton<IDialect, CloudResources>()
        .AddHttpForwarder();
}
