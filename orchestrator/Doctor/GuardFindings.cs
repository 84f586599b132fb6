using System.Text.Json;

namespace Steelyard.Doctor;

/// <summary>How a browser that runs is isolated, and what each guard that is off would need.</summary>
internal static class GuardFindings
{
    private static readonly Dictionary<string, string> Remedies = new()
    {
        ["sandbox"] = "Allow user namespaces: sysctl user.max_user_namespaces=15000 kernel.apparmor_restrict_unprivileged_userns=0 " +
            "(and kernel.unprivileged_userns_clone=1 where there is one). In a container: --security-opt seccomp=unconfined, or a " +
            "profile that allows clone and unshare.",
        ["user"] = "Start the node as root: it uses root only to give each browser a user of its own.",
        ["files"] = "Needs Linux 5.13 with Landlock: cat /sys/kernel/security/lsm must name it.",
        ["egress"] = "Needs Linux 6.7 with Landlock; with --egress open there are no rules.",
    };

    /// <param name="ready">The answer of <c>/readyz</c>.</param>
    public static IEnumerable<Finding> Of(JsonElement ready)
    {
        if (!ready.TryGetProperty("isolation", out var isolation) || isolation.ValueKind != JsonValueKind.Object)
            yield break; // The workers have no browser.
        foreach (var (name, remedy) in Remedies)
        {
            var guard = isolation.GetProperty(name);
            var why = guard.TryGetProperty("why", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
            yield return guard.GetProperty("on").GetBoolean()
                ? Finding.Good(name, why is null ? "on" : $"on: {why}")
                : Finding.Weak(name, $"OFF: {why}", remedy);
        }
    }
}
