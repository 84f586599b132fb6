namespace Steelyard.Fabric.Membership;

/// <summary>
/// The sessions of this node outlast its incarnations, and its processes, if the next one is a member soon enough after the last renewal.
/// That is written down. One lock.
/// </summary>
internal sealed class Inheritance(TenureOptions options, LocalNode node)
{
    private readonly Lock gate = new();
    private TimeSpan? record = node.Record();

    /// <summary>Writes down the last renewal.</summary>
    public void Renewed(TimeSpan at)
    {
        lock (gate)
        {
            if (record is { } before && before >= at)
                return;
            record = at;
        }

        node.Write(at);
    }

    /// <summary>A new incarnation is a member: it takes the sessions over, or they end.</summary>
    /// <param name="active">When it was known to be a member.</param>
    /// <returns>Whether they are taken over.</returns>
    public bool Succeed(TimeSpan active)
    {
        lock (gate)
        {
            if (record is { } at && Tenure.MayAdopt(at, active, options))
                return true;
        }

        GiveUp("it joined again too late, so its sessions could be called lost already");
        return false;
    }

    /// <summary>Ends the sessions as soon as no incarnation can take them over any more.</summary>
    public void GiveUpIfLate(TimeSpan now)
    {
        lock (gate)
        {
            if (record is { } at && Tenure.MayAdopt(at, now, options))
                return;
        }

        GiveUp("it could reach neither the table nor enough other nodes");
    }

    /// <summary>Ends the sessions.</summary>
    public void GiveUp(string why)
    {
        lock (gate)
        {
            if (record is null)
                return;
            record = null;
        }

        node.Write(null);
        node.CutOff(why);
    }
}
