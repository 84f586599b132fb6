namespace Steelyard.Processes;

/// <summary>A process could not be started; the message says which and why.</summary>
public sealed class ProcessStartException(string path, string reason) : Exception($"Cannot start {path}: {reason}");
