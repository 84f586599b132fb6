using System.Net;
using static Steelyard.Settings.OptionValues;

namespace Steelyard.Settings;

/// <content>Callers.</content>
public static partial class OptionTable
{
    private static OptionGroup Callers => new("Callers",
    [
        new("key-max-sessions", "N", "Number of live sessions that a key can have at the same time [none]",
            (o, v) => o with { KeyMaxSessions = Number(v, 1, MaxCount) }),
        new("key-max-creating", "N", "Number of creates that a key can have in progress, including those in the queue [none]",
            (o, v) => o with { KeyMaxCreating = Number(v, 1, MaxCount) }),
        new("key-creates-per-second", "N", "Number of creates that a key can start per second [none]",
            (o, v) => o with { KeyCreatesPerSecond = Number(v, 1, MaxCount) }),
        new("key-max-streams", "N", "Number of streams of events that a key, or all callers without one, can have open [20]",
            (o, v) => o with { KeyMaxStreams = Number(v, 1, MaxCount) }),
        new("wrong-keys-per-second", "N",
            "Number of requests without a valid key that are answered per second for one client address; more wait a second and can " +
                "get 429. Requests with a valid key never wait [10]",
            (o, v) => o with { WrongKeysPerSecond = Number(v, 1, MaxCount) }),
        new("wrong-key-addresses", "N",
            "Number of client addresses whose requests without a valid key are counted separately; all others share one count [10000]",
            (o, v) => o with { WrongKeyAddresses = Number(v, 1, MaxCount) }),
        new("trusted-proxy", "ADDRESS",
            "IP address of a proxy whose X-Forwarded-For, -Host and -Proto are trusted; can be given several times [none]",
            (o, v) => o with { TrustedProxies = [.. o.TrustedProxies, IPAddress.Parse(Address(v))] }),
        new("allow-anonymous", null, "Listen beyond loopback without keys", (o, v) => o with { AllowAnonymous = bool.Parse(v) }),
        new("allow-host", "NAME",
            "Host name by which callers without a key can reach this node, in addition to IP addresses and localhost; can be given " +
                "several times [none]",
            (o, v) => o with { AllowedHosts = [.. o.AllowedHosts, NotEmpty(v)] }),
    ]);
}
