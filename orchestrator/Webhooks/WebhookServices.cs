using System.Text;
using Steelyard.Events;
using Steelyard.Settings;

namespace Steelyard.Webhooks;

/// <summary>Registers the webhook of a node that has one.</summary>
internal static class WebhookServices
{
    /// <summary>Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when the secret cannot be read.</summary>
    public static IServiceCollection AddWebhook(this IServiceCollection services, Options options, TimeProvider time)
    {
        if (options.Webhook is not { } url)
            return services;
        var secret = options.WebhookSecretFile.Length > 0 ? Encoding.UTF8.GetBytes(File.ReadAllText(options.WebhookSecretFile).Trim()) : [];
        return services.AddSingleton(all => new Webhook(
            all.GetRequiredService<EventRing>(), url, secret, options, time, all.GetRequiredService<ILogger<Webhook>>()));
    }
}
