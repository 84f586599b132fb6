using System.Buffers;
using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>
/// The pages of a browser, in the order they were opened, kept up to date by Target events. Not thread-safe: the owner must lock.
/// </summary>
internal sealed class TabList
{
    // A data: URL can be megabytes long, and a page can open any number of others.
    private const int MaxTitle = 200;
    private const int MaxUrl = 2000;
    private const int MaxListed = 100;

    private readonly List<Tab> tabs = [];

    public int Count => tabs.Count;

    public IReadOnlyList<string> Ids() => tabs.ConvertAll(tab => tab.Id);

    public bool Contains(string id) => tabs.Exists(tab => tab.Id == id);

    public void Clear() => tabs.Clear();

    public bool Remove(string id) => tabs.RemoveAll(tab => tab.Id == id) > 0;

    /// <summary>Applies an event. Returns false when it changed nothing.</summary>
    public bool Apply(DevToolsEvent news)
    {
        switch (news.Method)
        {
            case "Target.targetCreated" or "Target.targetInfoChanged":
                return Put(news.Parameters.GetProperty("targetInfo"));
            case "Target.targetDestroyed":
                return Remove(news.Parameters.GetProperty("targetId").GetString() ?? "");
            default:
                return false;
        }
    }

    /// <summary>
    /// Updates the titles and addresses of the tabs in this list; others are ignored. Returns false when nothing changed.
    /// </summary>
    /// <param name="infos">The array that <c>Target.getTargets</c> returns.</param>
    public bool Update(JsonElement infos)
    {
        var changed = false;
        foreach (var info in infos.EnumerateArray())
            changed |= Contains(info.GetProperty("targetId").GetString() ?? "") && Put(info);
        return changed;
    }

    /// <summary>Notes whether a tab's page responds. Returns false when nothing changed.</summary>
    public bool SetResponds(string id, bool responds)
    {
        var index = tabs.FindIndex(tab => tab.Id == id);
        if (index < 0 || tabs[index].Responds == responds)
            return false;
        tabs[index] = tabs[index] with { Responds = responds };
        return true;
    }

    /// <summary>The message <c>tabs</c> as JSON.</summary>
    /// <param name="active">The tab that the receiver looks at; null for none.</param>
    public ReadOnlyMemory<byte> ToJson(string? active)
    {
        var message = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(message);
        json.WriteStartObject();
        json.WriteString("type"u8, "tabs"u8);
        json.WriteStartArray("tabs"u8);
        foreach (var tab in tabs.Take(MaxListed))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, tab.Id);
            json.WriteString("title"u8, tab.Title);
            json.WriteString("url"u8, tab.Url);
            json.WriteBoolean("active"u8, tab.Id == active);
            if (!tab.Responds)
                json.WriteBoolean("responds"u8, false);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return message.WrittenMemory;
    }

    private bool Put(JsonElement info)
    {
        if (!info.GetProperty("type").ValueEquals("page"u8))
            return false;
        var tab = new Tab(Text("targetId", MaxUrl), Text("title", MaxTitle), Text("url", MaxUrl));
        var index = tabs.FindIndex(other => other.Id == tab.Id);
        if (index >= 0)
            tab = tab with { Responds = tabs[index].Responds };
        if (index < 0)
            tabs.Add(tab);
        else if (tabs[index] == tab)
            return false;
        else
            tabs[index] = tab;
        return true;

        string Text(string name, int most)
        {
            var text = info.GetProperty(name).GetString() ?? "";
            if (text.Length <= most)
                return text;
            return text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
        }
    }

    private readonly record struct Tab(string Id, string Title, string Url, bool Responds = true);
}
