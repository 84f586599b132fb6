using static Steelyard.Settings.OptionValues;

namespace Steelyard.Settings;

/// <content>Requests and connections.</content>
public static partial class OptionTable
{
    private static OptionGroup Requests => new("Requests and connections",
    [
        new("max-body", "SIZE", "Maximum size of a request body [1M]", (o, v) => o with { MaxBodyBytes = Bytes(v, 2, 64 << 20) }),
        new("max-context", "SIZE", "Maximum body size of a create with cookies and storage [8M]",
            (o, v) => o with { MaxContextBytes = Bytes(v, 1024, 64 << 20) }),
        new("max-page-calls", "N", "Number of scrapes, screenshots and PDFs at the same time; more wait [half of the workers]",
            (o, v) => o with { MaxPageCalls = Number(v, 1, 10_000) }),
        new("max-artifact", "SIZE", "Maximum size of the result of a scrape, screenshot or PDF [64M]",
            (o, v) => o with { MaxArtifactBytes = Bytes(v, 1024, 1 << 30) }),
        new("list-memory", "SIZE", "Memory for all lists of browsers' pages together while they are read [64M]",
            (o, v) => o with { ListMemoryBytes = Bytes(v, 1 << 20, int.MaxValue) }),
        new("max-artifacts", "N", "Number of screenshots and PDFs that are kept for clients; the oldest are deleted first [100]",
            (o, v) => o with { MaxArtifacts = Number(v, 1, 100_000) }),
        new("artifact-space", "SIZE", "Space for all kept screenshots and PDFs together; the oldest are deleted first [256M]",
            (o, v) => o with { ArtifactSpaceBytes = Bytes(v, 1024, int.MaxValue) }),
        new("artifact-life", "TIME", "How long a screenshot or PDF is kept [10m]", (o, v) => o with { ArtifactLife = Duration.Parse(v) }),
        new("page-timeout", "TIME", "Timeout of a call that works in a page, such as a scrape [100s]",
            (o, v) => o with { PageTimeout = Duration.Parse(v) }),
        new("body-grace", "TIME", "Time in which a small body must arrive [800ms]", (o, v) => o with { BodyGrace = Duration.Parse(v) }),
        new("body-rate", "SIZE", "Minimum rate of a larger body, per second [4096]",
            (o, v) => o with { BodyBytesPerSecond = Bytes(v, 1, int.MaxValue) }),
        new("max-connections", "N", "Number of connections at the same time, not counting WebSockets [10000]",
            (o, v) => o with { MaxConnections = Number(v, 1, MaxCount) }),
        new("max-attached", "N", "Number of WebSockets at the same time [10000]",
            (o, v) => o with { MaxAttached = Number(v, 1, MaxCount) }),
        new("address-max-connections", "N",
            "Number of connections of one client address, including WebSockets; a --trusted-proxy has no such limit [none]",
            (o, v) => o with { AddressMaxConnections = Number(v, 1, MaxCount) }),
        new("idle-timeout", "TIME", "A connection without a request is closed after this time [130s]",
            (o, v) => o with { IdleTimeout = Duration.Parse(v) }),
        new("head-timeout", "TIME", "Time in which the head of a request must arrive [10s]",
            (o, v) => o with { HeadTimeout = Duration.Parse(v) }),
        new("max-request-line", "SIZE", "Maximum length of the first line of a request [8192]",
            (o, v) => o with { MaxRequestLineBytes = Bytes(v, 256, 1 << 20) }),
        new("max-headers", "N", "Maximum number of headers of a request [100]", (o, v) => o with { MaxHeaders = Number(v, 16, 10_000) }),
        new("max-header-bytes", "SIZE", "Maximum size of all headers of a request together [32768]",
            (o, v) => o with { MaxHeaderBytes = Bytes(v, 1024, 1 << 20) }),
        new("reply-rate", "SIZE", "Minimum rate at which a client must read a reply, per second [240]",
            (o, v) => o with { ReplyBytesPerSecond = Bytes(v, 1, int.MaxValue) }),
        new("dead-peer-timeout", "TIME",
            "A client whose machine does not answer, or that does not read what is sent to it, is disconnected after this time [60s]",
            (o, v) => o with { DeadPeerTimeout = Duration.Parse(v) }),
    ]);
}
