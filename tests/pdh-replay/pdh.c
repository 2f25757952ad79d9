/*
 * A pdh.dll that answers from a PDH-CSV recording, so that the live counter source can be executed where no Hyper-V host is.
 *
 *   x86_64-w64-mingw32-gcc -O2 -Wall -Wextra -Werror -shared -o pdh.dll pdh.c
 *   HVI_PDH_REPLAY  the recording (UTF-8)
 *   HVI_PDH_LOOP    1: starts over at its second row when it is over; else there is no data any more
 *   HVI_PDH_LATE    "Set name|N": that set comes after N collections; it is found once PdhEnumObjects was asked to refresh after that
 *   HVI_PDH_WORST   1: an array has the status of its worst row, and no rows, as PDH does at times
 *   HVI_PDH_HANG    "N|MS": the N-th collection takes so long
 *   HVI_PDH_WRAP    1: averages have 32-bit sums, which begin just below their end
 *
 * Each collection is one row. A set or counter that is not in the recording is absent with PDH's own status. An instance is there in
 * rows where any of its columns has a value, and in the row before: its first sample, of which rates have no value yet. A blank
 * between values is a reset: the raw counter falls, and the cooked value is a wrong number with a status that says so, as from PDH.
 * Percentages are capped at 100 unless the caller asks not to. Buffers that are too small are told a size that may be too small again.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <pdh.h>
#include <pdhmsg.h>
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define TYPE_RAW 65792u
#define TYPE_RATE 272696576u
#define TYPE_PRECISION 542573824u
#define TYPE_AVERAGE 805438464u
#define TYPE_QUEUE 5571840u
#define NO_CAP 0x00008000u

typedef struct {
    wchar_t *set, *counter;
    DWORD type;
    int *columns, count, has_instances;
} series;

typedef struct {
    wchar_t *instance;
    int owner;               /* instance of a set: columns with the same number come and go together */
    int was_there, wrapped;
    LONGLONG first, second;
} column;

typedef struct query {
    int collected;
} query;

typedef struct {
    query *in;
    series *what;
} counter;

static char *text, *next_line;
static char *rows_start;
static column *columns;
static int column_count, series_count, owner_count;
static series *all;
static double *now, *after;
static char *owner_now, *owner_after;
static double now_time, previous_time;
static int have_now, have_after, collections, loops;
static wchar_t late_set[256];
static int late_until, late_is_listed, worst, hang_at, hang_ms, wraps;

static char *line_at(char **at)
{
    char *start = *at, *end;
    if (!start || !*start) return NULL;
    end = strchr(start, '\n');
    if (end) { *end = 0; *at = end + 1; if (end > start && end[-1] == '\r') end[-1] = 0; }
    else *at = start + strlen(start);
    return start;
}

/* The next quoted field; the recordings of the tests quote all of them. */
static char *field(char **at)
{
    char *start, *end;
    start = strchr(*at, '"');
    if (!start) return NULL;
    end = strchr(start + 1, '"');
    if (!end) return NULL;
    *end = 0;
    *at = end + 1;
    return start + 1;
}

static wchar_t *wide(const char *s, int length)
{
    int n = MultiByteToWideChar(CP_UTF8, 0, s, length, NULL, 0);
    wchar_t *w = malloc((n + 1) * sizeof(wchar_t));
    MultiByteToWideChar(CP_UTF8, 0, s, length, w, n);
    w[n] = 0;
    return w;
}

static int ends(const wchar_t *s, const wchar_t *end)
{
    size_t a = wcslen(s), b = wcslen(end);
    return a >= b && !_wcsicmp(s + a - b, end);
}

static DWORD type_of(const wchar_t *name)
{
    if (ends(name, L"/sec") || !_wcsicmp(name, L"Normalized Throughput")) return TYPE_RATE;
    if (name[0] == '%' || ends(name, L" Cost") || ends(name, L" Per Dispatch"))
        return !_wcsicmp(name, L"% of Max Frequency") ? TYPE_RAW : TYPE_PRECISION;
    if (ends(name, L"Latency") || !_wcsnicmp(name, L"Avg. Disk sec", 13)) return TYPE_AVERAGE;
    if (ends(name, L"Queue Length")) return !_wcsicmp(name, L"Output Queue Length") ? TYPE_RAW : TYPE_QUEUE;
    return TYPE_RAW;
}

static char *last(char *s, const char *what)
{
    char *found = NULL;
    for (s = strstr(s, what); s; s = strstr(s + 1, what)) found = s;
    return found;
}

/* \\HOST\Set(Instance)\Counter, as CounterPath.cs reads it. */
static void path(char *p, int i, wchar_t **set, wchar_t **name)
{
    static const char emulated[] = "Hyper-V Virtual IDE Controller (Emulated)";
    char *close, *open;
    if (p[0] == '\\' && p[1] == '\\') p = strchr(p + 2, '\\');
    p++;
    close = last(p, ")\\");
    open = !_strnicmp(p, emulated, sizeof emulated - 1) ? p + sizeof emulated - 1 : strchr(p, '(');
    if (close && open && open < close) {
        *set = wide(p, (int)(open - p));
        columns[i].instance = wide(open + 1, (int)(close - open - 1));
        *name = wide(close + 2, -1);
    } else {
        open = strrchr(p, '\\');
        *set = wide(p, (int)(open - p));
        columns[i].instance = NULL;
        *name = wide(open + 1, -1);
    }
}

static double time_of(const char *s)
{
    int month, day, year, hour, minute;
    double second;
    long days;
    if (sscanf(s, "%d/%d/%d %d:%d:%lf", &month, &day, &year, &hour, &minute, &second) != 6) return 0;
    if (month <= 2) { year--; month += 12; }
    days = 365L * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day;
    return days * 86400.0 + hour * 3600 + minute * 60 + second;
}

static int parse(double *values, char *owners, double *time)
{
    char *line, *at, *cell;
    int i;
    do line = line_at(&next_line); while (line && line[0] != '"' && line[0]);
    if (!line || !line[0]) return 0;
    at = line;
    cell = field(&at);
    *time = time_of(cell);
    memset(owners, 0, owner_count);
    for (i = 0; i < column_count; i++) {
        cell = field(&at);
        if (!cell) { values[i] = NAN; continue; }
        while (*cell == ' ') cell++;
        values[i] = *cell ? strtod(cell, NULL) : NAN;
        if (*cell) owners[columns[i].owner] = 1;
    }
    return 1;
}

static unsigned hash_of(const wchar_t *a, const wchar_t *b)
{
    unsigned h = 2166136261u;
    for (; *a; a++) h = (h ^ towlower(*a)) * 16777619u;
    h = (h ^ 1) * 16777619u;
    for (; b && *b; b++) h = (h ^ towlower(*b)) * 16777619u;
    return h;
}

static int load(void)
{
    const wchar_t *file = _wgetenv(L"HVI_PDH_REPLAY"), *late = _wgetenv(L"HVI_PDH_LATE");
    FILE *f = file ? _wfopen(file, L"rb") : NULL;
    long size;
    char *header, *at, *cell, *rest;
    int i, room = 1024, s;
    unsigned slots;
    int *owner_slots;
    wchar_t **owner_sets;

    if (text) return 1;
    if (!f) return 0;
    if (late && wcschr(late, '|')) {
        wcsncpy(late_set, late, wcschr(late, '|') - late < 255 ? wcschr(late, '|') - late : 255);
        late_until = _wtoi(wcschr(late, '|') + 1);
    }
    worst = getenv("HVI_PDH_WORST") && *getenv("HVI_PDH_WORST") == '1';
    wraps = getenv("HVI_PDH_WRAP") && *getenv("HVI_PDH_WRAP") == '1';
    if (getenv("HVI_PDH_HANG")) sscanf(getenv("HVI_PDH_HANG"), "%d|%d", &hang_at, &hang_ms);
    fseek(f, 0, SEEK_END);
    size = ftell(f);
    rewind(f);
    text = malloc(size + 1);
    size = (long)fread(text, 1, size, f);
    fclose(f);
    text[size] = 0;
    next_line = text + (!strncmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0);
    header = line_at(&next_line);
    at = header;
    field(&at);
    for (rest = at, column_count = 0; *rest; rest++) if (*rest == '"') column_count++;
    column_count /= 2;
    columns = calloc(column_count, sizeof *columns);
    all = calloc(room, sizeof *all);
    for (slots = 1024; slots < 4u * column_count; slots *= 2) {}
    owner_slots = malloc(slots * sizeof *owner_slots);
    owner_sets = calloc(column_count, sizeof *owner_sets);
    for (i = 0; i < (int)slots; i++) owner_slots[i] = -1;
    for (i = 0; i < column_count && (cell = field(&at)); i++) {
        wchar_t *set, *name;
        unsigned h;
        path(cell, i, &set, &name);
        for (s = 0; s < series_count && (_wcsicmp(all[s].set, set) || _wcsicmp(all[s].counter, name)); s++) {}
        if (s == series_count) {
            if (series_count == room) all = realloc(all, (room *= 2) * sizeof *all);
            memset(&all[s], 0, sizeof *all);
            all[s].set = set;
            all[s].counter = name;
            all[s].type = type_of(name);
            all[s].columns = malloc(column_count * sizeof(int));
            all[s].has_instances = columns[i].instance != NULL;
            series_count++;
        }
        all[s].columns[all[s].count++] = i;
        owner_sets[i] = all[s].set;
        for (h = hash_of(set, columns[i].instance) & (slots - 1); owner_slots[h] >= 0; h = (h + 1) & (slots - 1)) {
            int k = owner_slots[h];
            if (!_wcsicmp(owner_sets[k], set) && (columns[k].instance == columns[i].instance
                || (columns[k].instance && columns[i].instance && !_wcsicmp(columns[k].instance, columns[i].instance)))) break;
        }
        if (owner_slots[h] < 0) { owner_slots[h] = i; columns[i].owner = owner_count++; }
        else columns[i].owner = columns[owner_slots[h]].owner;
    }
    column_count = i;
    now = malloc(column_count * sizeof(double));
    after = malloc(column_count * sizeof(double));
    owner_now = calloc(1, owner_count);
    owner_after = calloc(1, owner_count);
    rows_start = next_line;
    {
        /* Rows are cut up as they are read: a loop needs them whole. */
        char *copy = _strdup(rows_start);
        const char *loop = getenv("HVI_PDH_LOOP");
        loops = loop && *loop == '1';
        if (loops) rows_start = copy; else free(copy);
    }
    have_after = parse(after, owner_after, &now_time);
    return 1;
}

static void restart(void)
{
    double ignored;
    next_line = _strdup(rows_start);
    parse(after, owner_after, &ignored);
    have_after = parse(after, owner_after, &ignored);
}

static int is_there(int i) { return owner_now[columns[i].owner] || (have_after && owner_after[columns[i].owner]); }

static int advance(void)
{
    double *swap = now, time = 0, dt;
    char *owners = owner_now;
    int s, k;
    static double after_time;

    if (collections == 0) after_time = now_time;
    if (!have_after && loops) { restart(); after_time = now_time + 1; }
    if (!have_after) return 0;
    previous_time = now_time;
    now_time = after_time;
    now = after; after = swap;
    owner_now = owner_after; owner_after = owners;
    have_now = 1;
    have_after = parse(after, owner_after, &time);
    if (have_after) after_time = time;
    dt = collections == 0 ? 1 : now_time - previous_time;
    if (dt <= 0) dt = 1;
    collections++;
    for (s = 0; s < series_count; s++) {
        for (k = 0; k < all[s].count; k++) {
            column *c = &columns[all[s].columns[k]];
            double v = now[all[s].columns[k]];
            if (isnan(v)) { c->first = c->second = 0; continue; }
            switch (all[s].type) {
            case TYPE_RATE: c->first += (LONGLONG)(v * dt); c->second += (LONGLONG)(dt * 1e7); break;
            case TYPE_PRECISION: c->first += (LONGLONG)(v * dt * 1e5); c->second += (LONGLONG)(dt * 1e7); break;
            case TYPE_AVERAGE:
                if (wraps && !c->second) c->first = 0xFFFFFFFFLL - (LONGLONG)(v * 2.5e10);
                c->first += (LONGLONG)(v * 1e10);
                c->second += 1000;
                if (wraps) { c->wrapped = c->first > 0xFFFFFFFFLL; c->first &= 0xFFFFFFFFLL; }
                break;
            case TYPE_QUEUE: c->first += (LONGLONG)(v * dt * 1e7); c->second += (LONGLONG)(dt * 1e7); break;
            default: c->first = (LONGLONG)v; break;
            }
        }
    }
    return 1;
}

static series *find(const wchar_t *p, int *set_known)
{
    const wchar_t *open, *name;
    wchar_t set[512];
    int s, wild;
    *set_known = 0;
    if (*p != '\\') return NULL;
    p++;
    name = wcsrchr(p, '\\');
    if (!name) return NULL;
    open = wcsstr(p, L"(*)\\");
    wild = open != NULL;
    if (!wild) open = name;
    if (open - p >= 512) return NULL;
    wcsncpy(set, p, open - p);
    set[open - p] = 0;
    if (late_set[0] && !_wcsicmp(set, late_set) && !late_is_listed) return NULL;
    for (s = 0; s < series_count; s++) {
        if (_wcsicmp(all[s].set, set)) continue;
        *set_known = 1;
        if (!_wcsicmp(all[s].counter, name + 1) && all[s].has_instances == wild) return &all[s];
    }
    return NULL;
}

__declspec(dllexport) PDH_STATUS WINAPI PdhOpenQueryW(LPCWSTR source, DWORD_PTR user, PDH_HQUERY *result)
{
    (void)source; (void)user;
    if (!result) return PDH_INVALID_ARGUMENT;
    if (!load()) return PDH_FILE_NOT_FOUND;
    *result = (PDH_HQUERY)calloc(1, sizeof(query));
    return ERROR_SUCCESS;
}

__declspec(dllexport) PDH_STATUS WINAPI PdhCloseQuery(PDH_HQUERY handle)
{
    free((void *)handle);
    return ERROR_SUCCESS;
}

__declspec(dllexport) PDH_STATUS WINAPI PdhAddEnglishCounterW(PDH_HQUERY handle, LPCWSTR p, DWORD_PTR user, PDH_HCOUNTER *result)
{
    int set_known;
    series *found;
    counter *made;
    (void)user;
    if (!handle || !p || !result) return PDH_INVALID_ARGUMENT;
    found = find(p, &set_known);
    if (!found) return set_known ? PDH_CSTATUS_NO_COUNTER : PDH_CSTATUS_NO_OBJECT;
    made = calloc(1, sizeof *made);
    made->in = (query *)handle;
    made->what = found;
    *result = (PDH_HCOUNTER)made;
    return ERROR_SUCCESS;
}

/* The list of sets is remembered from the first call on: only a refresh shows one that came later. */
__declspec(dllexport) PDH_STATUS WINAPI PdhEnumObjectsW(LPCWSTR source, LPCWSTR machine, LPWSTR names, LPDWORD size, DWORD detail, BOOL refresh)
{
    (void)source; (void)machine; (void)names; (void)detail;
    if (!size) return PDH_INVALID_ARGUMENT;
    if (refresh && collections >= late_until) late_is_listed = 1;
    *size = 2;
    return PDH_MORE_DATA;
}

__declspec(dllexport) PDH_STATUS WINAPI PdhGetCounterTimeBase(PDH_HCOUNTER handle, LONGLONG *base)
{
    if (!handle || !base) return PDH_INVALID_ARGUMENT;
    *base = 10000000;
    return ERROR_SUCCESS;
}

__declspec(dllexport) PDH_STATUS WINAPI PdhRemoveCounter(PDH_HCOUNTER handle)
{
    free((void *)handle);
    return ERROR_SUCCESS;
}

__declspec(dllexport) PDH_STATUS WINAPI PdhCollectQueryData(PDH_HQUERY handle)
{
    if (!handle) return PDH_INVALID_HANDLE;
    if (hang_ms && collections + 1 == hang_at) Sleep(hang_ms);
    if (!advance()) return PDH_NO_DATA;
    ((query *)handle)->collected++;
    return ERROR_SUCCESS;
}

__declspec(dllexport) PDH_STATUS WINAPI PdhGetCounterInfoW(PDH_HCOUNTER handle, BOOLEAN explain, LPDWORD size, PPDH_COUNTER_INFO_W info)
{
    (void)explain;
    if (!handle || !size) return PDH_INVALID_ARGUMENT;
    if (!info || *size < sizeof *info) { *size = sizeof *info; return PDH_MORE_DATA; }
    memset(info, 0, sizeof *info);
    info->dwLength = *size = sizeof *info;
    info->dwType = ((counter *)handle)->what->type;
    return ERROR_SUCCESS;
}

/* Bytes of the array: items, then their names. */
static DWORD measure(series *s, size_t item, DWORD *count)
{
    DWORD bytes = 0;
    int k;
    *count = 0;
    for (k = 0; k < s->count; k++) {
        const wchar_t *name = columns[s->columns[k]].instance;
        if (!is_there(s->columns[k])) continue;
        bytes += (DWORD)(item + (wcslen(name ? name : L"") + 1) * sizeof(wchar_t));
        ++*count;
    }
    return bytes;
}

/* Instances may have come between the answer and the next call: the size told first need not be enough. */
static PDH_STATUS too_small(DWORD *size, DWORD needed)
{
    *size = *size < needed / 2 ? needed / 2 + 64 : needed;
    return PDH_MORE_DATA;
}

static LPWSTR put_name(wchar_t **at, const wchar_t *name)
{
    LPWSTR start = *at;
    wcscpy(start, name ? name : L"");
    *at += wcslen(start) + 1;
    return start;
}

__declspec(dllexport) PDH_STATUS WINAPI PdhGetRawCounterArrayW(PDH_HCOUNTER handle, LPDWORD size, LPDWORD count, PPDH_RAW_COUNTER_ITEM_W items)
{
    counter *c = (counter *)handle;
    DWORD needed, n, i = 0;
    wchar_t *names;
    int k;
    if (!c || !size || !count) return PDH_INVALID_ARGUMENT;
    if (!c->in->collected || !have_now) return PDH_NO_DATA;
    needed = measure(c->what, sizeof *items, &n);
    *count = n;
    if (n == 0) { *size = 0; return PDH_CSTATUS_NO_INSTANCE; }
    if (!items || *size < needed) return too_small(size, needed);
    *size = needed;
    names = (wchar_t *)(items + n);
    for (k = 0; k < c->what->count; k++) {
        column *column_of = &columns[c->what->columns[k]];
        if (!is_there(c->what->columns[k])) continue;
        memset(&items[i], 0, sizeof *items);
        items[i].szName = put_name(&names, column_of->instance);
        items[i].RawValue.CStatus = PDH_CSTATUS_VALID_DATA;
        items[i].RawValue.FirstValue = column_of->first;
        items[i].RawValue.SecondValue = column_of->second;
        items[i].RawValue.MultiCount = 1;
        i++;
    }
    return ERROR_SUCCESS;
}

__declspec(dllexport) PDH_STATUS WINAPI PdhGetFormattedCounterArrayW(
    PDH_HCOUNTER handle, DWORD format, LPDWORD size, LPDWORD count, PPDH_FMT_COUNTERVALUE_ITEM_W items)
{
    counter *c = (counter *)handle;
    DWORD needed, n, i = 0;
    wchar_t *names;
    PDH_STATUS status = ERROR_SUCCESS;
    int k, is_delta;
    if (!c || !size || !count || !(format & PDH_FMT_DOUBLE)) return PDH_INVALID_ARGUMENT;
    if (!c->in->collected || !have_now) return PDH_NO_DATA;
    is_delta = c->what->type != TYPE_RAW;
    if (is_delta && c->in->collected == 1) return PDH_INVALID_DATA;
    needed = measure(c->what, sizeof *items, &n);
    *count = n;
    if (n == 0) { *size = 0; return PDH_CSTATUS_NO_INSTANCE; }
    if (!items || *size < needed) return too_small(size, needed);
    *size = needed;
    names = (wchar_t *)(items + n);
    for (k = 0; k < c->what->count; k++) {
        int at = c->what->columns[k];
        double v = now[at];
        if (!is_there(at)) { columns[at].was_there = 0; continue; }
        memset(&items[i], 0, sizeof *items);
        items[i].szName = put_name(&names, columns[at].instance);
        if (!isnan(v) && is_delta && columns[at].wrapped) {
            items[i].FmtValue.CStatus = PDH_CALC_NEGATIVE_VALUE;
            items[i].FmtValue.doubleValue = -1;
        } else if (!isnan(v)) {
            if (c->what->type == TYPE_PRECISION && !(format & NO_CAP) && v > 100) v = 100;
            items[i].FmtValue.CStatus = PDH_CSTATUS_VALID_DATA;
            items[i].FmtValue.doubleValue = v;
        } else {
            items[i].FmtValue.CStatus = is_delta && columns[at].was_there ? PDH_CALC_NEGATIVE_VALUE : PDH_CSTATUS_INVALID_DATA;
            items[i].FmtValue.doubleValue = -1;
        }
        columns[at].was_there = 1;
        if (worst && items[i].FmtValue.CStatus != PDH_CSTATUS_VALID_DATA) status = items[i].FmtValue.CStatus;
        i++;
    }
    if (status != ERROR_SUCCESS) *count = 0;
    return status;
}
