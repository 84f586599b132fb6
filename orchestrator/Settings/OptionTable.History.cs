using static Steelyard.Settings.OptionValues;

namespace Steelyard.Settings;

/// <content>History, recordings and events.</content>
public static partial class OptionTable
{
    private static OptionGroup History => new("History, recordings and events",
    [
        new("history", "on|none", "Whether ended sessions are written to the --data-dir [on]",
            (o, v) => o with { History = Choice(v, "on", true, "none", false) }),
        new("history-age", "TIME", "Ended sessions are deleted from the history after this time [30d]",
            (o, v) => o with { HistoryAge = Duration.Parse(v, LongestHistory) }),
        new("history-size", "SIZE", "Maximum size of the history on disk; the oldest sessions are deleted first [256M]",
            (o, v) => o with { HistorySize = Bytes(v, 1 << 20, int.MaxValue) }),
        new("record", "off|events|frames",
            "What is recorded of each session: nothing; pages, requests and messages; or pictures, too [events]",
            (o, v) => o with { Record = Recording(v) }),
        new("record-queries", null, "Recorded addresses keep their query, which may hold secrets",
            (o, v) => o with { RecordQueries = bool.Parse(v) }),
        new("record-age", "TIME", "Recordings of ended sessions are deleted after this time [7d]",
            (o, v) => o with { RecordAge = Duration.Parse(v, LongestHistory) }),
        new("record-space", "SIZE", "Space for all recordings together; the oldest are deleted first [1G]",
            (o, v) => o with { RecordSpace = Size.Parse(v, 1 << 20, 1L << 50) }),
        new("key-record-space", "SIZE", "Space for the recordings of one key; its oldest are deleted first [256M]",
            (o, v) => o with { KeyRecordSpace = Size.Parse(v, 1 << 20, 1L << 50) }),
        new("webhook", "URL", "URL to which the node's events are posted [none]", (o, v) => o with { Webhook = HttpUrl(v) }),
        new("webhook-event", "TYPE",
            "Type of event that is posted, such as session.ended or worker.*; can be given several times [all types]",
            (o, v) => o with { WebhookEvents = [.. o.WebhookEvents, NotEmpty(v)] }),
        new("webhook-secret-file", "FILE", "File with the secret that signs what is posted [none]",
            (o, v) => o with { WebhookSecretFile = Path.GetFullPath(v) }),
        new("webhook-give-up", "TIME", "Events that their receiver does not take for this time are dropped [1h]",
            (o, v) => o with { WebhookGiveUp = Duration.Parse(v) }),
    ]);
}
