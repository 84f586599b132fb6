namespace Steelyard.Fabric.Membership;

/// <summary>
/// The sessions of this node outlast its incarnations, and its processes, if the next one is a member soon enough after the last renewal.
/// That is written down. One lock, which is held while the node does what it is told: nothing is written after it was erased.
/// </summary>
internal sealed class Inheritance(TenureOptions options, LocalNode node)
{
    private readonly Lock gate = new();
    private TimeSpan? record = node.Record();

    /// <summary>Writes down the last renewal.</summary>
    public void Renewed(TimeSpan at)
    {
        lock (gate)
            RenewNeedsLock(at);
    }

    /// <summary>A new incarnation is a member: it takes the sessions over, or they end. It serves only when this has returned.</summary>
    /// <param name="renewed">Its first renewal.</param>
    /// <param name="active">When it was known to be a member.</param>
    /// <returns>Whether they are taken over.</returns>
    public bool Succeed(TimeSpan renewed, TimeSpan active)
    {
        lock (gate)
        {
            var isInTime = record is { } at && Tenure.MayAdopt(at, active, options);
            if (!isInTime)
            {
                GiveUpNeedsLock("it joined again too late, so its sessions could be called lost already");
                node.EndLeft(); // A create that was under way when they ended has added one since.
            }

            RenewNeedsLock(renewed);
            return isInTime;
        }
    }

    /// <summary>Ends the sessions as soon as no incarnation can take them over any more.</summary>
    public void GiveUpIfLate(TimeSpan now)
    {
        lock (gate)
        {
            if (record is not { } at || !Tenure.MayAdopt(at, now, options))
                GiveUpNeedsLock("it could reach neither the table nor enough other nodes");
        }
    }

    private void RenewNeedsLock(TimeSpan at)
    {
        if (record is { } before && before >= at)
            return;
        record = at;
        node.Write(at);
    }

    // Erased first: from then on nobody can take them over.
    private void GiveUpNeedsLock(string why)
    {
        if (record is null)
            return;
        record = null;
        node.Write(null);
        node.CutOff(why);
    }
}
