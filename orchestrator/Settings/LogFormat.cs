namespace Steelyard.Settings;

/// <summary>The form of the log's lines.</summary>
public enum LogFormat
{
    Text,

    /// <summary>One JSON object per line.</summary>
    Json,
}
