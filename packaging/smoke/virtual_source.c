/* Offers files that are on no disk, as phones, ZIPs and Outlook do on Windows: by a drag out of its small window, or on
   the clipboard. Says one word a line of what happens: ready, dragging, dropped, copied.

   virtual_source.exe KIND COUNT SIZE drag|copy
   KIND: stream, little (1,000 bytes at a time), block (HGLOBAL), mail (IStorage), broken (the second file fails half
   way), short (the second one's stream ends there), long (100 bytes more are announced of the second), free
   (asynchronous), slow (0.2 s a read), zip (as a ZIP folder: paths are promised and fail, a block is given and empty).
   Byte B of file F is (B * 7 + F * 31 + B / 251) % 256.

   virtual_source.exe paths FILE 0 drag|copy: paths instead (CF_HDROP), those in a file of UTF-16, each ended by 0. */
#define COBJMACROS
#define CONST_VTABLE
#include <initguid.h>
#include <windows.h>
#include <ole2.h>
#include <shlobj.h>
#include <shldisp.h>
#include <stdio.h>
#include <stdlib.h>

static WCHAR *kind, *list;
static UINT count;
static ULONG size;
static CLIPFORMAT descriptors, contents;

static int is(const WCHAR *name) { return !wcscmp(kind, name); }
static void say(const char *word) { puts(word); fflush(stdout); }
static BYTE byte_of(ULONG file, ULONG place) { return (BYTE)(place * 7 + file * 31 + place / 251); }

typedef struct { IStream stream; LONG references; ULONG file, place; } Stream;

static HRESULT WINAPI stream_query(IStream *me, REFIID wanted, void **answer)
{
    if (!IsEqualIID(wanted, &IID_IUnknown) && !IsEqualIID(wanted, &IID_ISequentialStream) &&
        !IsEqualIID(wanted, &IID_IStream)) { *answer = NULL; return E_NOINTERFACE; }
    IStream_AddRef(me);
    *answer = me;
    return S_OK;
}
static ULONG WINAPI stream_add(IStream *me) { return InterlockedIncrement(&((Stream *)me)->references); }
static ULONG WINAPI stream_release(IStream *me)
{
    LONG left = InterlockedDecrement(&((Stream *)me)->references);
    if (!left) free(me);
    return left;
}
static HRESULT WINAPI stream_read(IStream *base, void *into, ULONG wanted, ULONG *got)
{
    Stream *me = (Stream *)base;
    ULONG end = (is(L"broken") || is(L"short")) && me->file == 1 ? size / 2 : size, step = is(L"little") ? 1000 : wanted, done = 0;
    if (is(L"slow")) Sleep(200);
    if (is(L"broken") && end < size && me->place >= end) { if (got) *got = 0; return STG_E_READFAULT; }
    for (; done < wanted && done < step && me->place < end; done++)
        ((BYTE *)into)[done] = byte_of(me->file, me->place++);
    if (got) *got = done;
    return done ? S_OK : S_FALSE;
}
static HRESULT WINAPI stream_write(IStream *me, const void *from, ULONG n, ULONG *done) { return STG_E_ACCESSDENIED; }
static HRESULT WINAPI stream_seek(IStream *me, LARGE_INTEGER to, DWORD from, ULARGE_INTEGER *now) { return E_NOTIMPL; }
static HRESULT WINAPI stream_resize(IStream *me, ULARGE_INTEGER to) { return E_NOTIMPL; }
static HRESULT WINAPI stream_copy(IStream *me, IStream *to, ULARGE_INTEGER n, ULARGE_INTEGER *r, ULARGE_INTEGER *w)
{ return E_NOTIMPL; }
static HRESULT WINAPI stream_commit(IStream *me, DWORD how) { return S_OK; }
static HRESULT WINAPI stream_revert(IStream *me) { return E_NOTIMPL; }
static HRESULT WINAPI stream_lock(IStream *me, ULARGE_INTEGER at, ULARGE_INTEGER n, DWORD how) { return E_NOTIMPL; }
static HRESULT WINAPI stream_stat(IStream *me, STATSTG *facts, DWORD how) { return E_NOTIMPL; }
static HRESULT WINAPI stream_clone(IStream *me, IStream **answer) { return E_NOTIMPL; }
static const IStreamVtbl stream_methods = {
    stream_query, stream_add, stream_release, stream_read, stream_write, stream_seek, stream_resize, stream_copy,
    stream_commit, stream_revert, stream_lock, stream_lock, stream_stat, stream_clone };

static IStorage *mail_of(ULONG file)
{
    DWORD mode = STGM_CREATE | STGM_READWRITE | STGM_SHARE_EXCLUSIVE;
    IStorage *mail = NULL;
    IStream *body = NULL;
    StgCreateDocfile(NULL, mode | STGM_DELETEONRELEASE, 0, &mail);
    IStorage_CreateStream(mail, L"__substg1.0_1000001F", mode, 0, 0, &body);
    for (ULONG at = 0; at < size; at++) { BYTE one = byte_of(file, at); IStream_Write(body, &one, 1, NULL); }
    IStream_Release(body);
    IStorage_Commit(mail, 0);
    return mail;
}

static HGLOBAL described(void)
{
    HGLOBAL block = GlobalAlloc(GHND, sizeof(UINT) + count * sizeof(FILEDESCRIPTORW));
    FILEGROUPDESCRIPTORW *files = GlobalLock(block);
    files->cItems = count;
    for (UINT at = 0; at < count; at++) {
        files->fgd[at].dwFlags = is(L"mail") ? 0 : FD_FILESIZE;
        files->fgd[at].nFileSizeLow = size + (is(L"long") && at == 1 ? 100 : 0);
        swprintf(files->fgd[at].cFileName, MAX_PATH, is(L"mail") ? L"RE: dossier %u.msg" : L"DCIM\\\u00e9tage %u.csv", at);
    }
    GlobalUnlock(block);
    return block;
}

typedef struct { IDataObject data; IDataObjectAsyncCapability capability; LONG references; } Data;
#define OWNER(pointer) ((Data *)((BYTE *)(pointer) - offsetof(Data, capability)))

static HRESULT WINAPI data_query(IDataObject *base, REFIID wanted, void **answer)
{
    Data *me = (Data *)base;
    *answer = NULL;
    if (IsEqualIID(wanted, &IID_IUnknown) || IsEqualIID(wanted, &IID_IDataObject)) *answer = &me->data;
    if (is(L"free") && IsEqualIID(wanted, &IID_IDataObjectAsyncCapability)) *answer = &me->capability;
    if (!*answer) return E_NOINTERFACE;
    InterlockedIncrement(&me->references);
    return S_OK;
}
static ULONG WINAPI data_add(IDataObject *me) { return InterlockedIncrement(&((Data *)me)->references); }
static ULONG WINAPI data_release(IDataObject *me) { return InterlockedDecrement(&((Data *)me)->references); }
static HGLOBAL paths(void)
{
    FILE *file = _wfopen(list, L"rb");
    long length = 0;
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    length = ftell(file);
    rewind(file);
    HGLOBAL block = GlobalAlloc(GHND, sizeof(DROPFILES) + length + sizeof(WCHAR));
    DROPFILES *drop = GlobalLock(block);
    drop->pFiles = sizeof *drop;
    drop->fWide = TRUE;
    fread(drop + 1, 1, length, file);
    fclose(file);
    GlobalUnlock(block);
    return block;
}

static DWORD medium(void) { return is(L"block") ? TYMED_HGLOBAL : is(L"mail") ? TYMED_ISTORAGE : TYMED_ISTREAM; }
static HRESULT WINAPI data_offers(IDataObject *me, FORMATETC *wanted)
{
    if (wanted->cfFormat == CF_HDROP) return is(L"paths") || is(L"zip") ? S_OK : DV_E_FORMATETC;
    if (is(L"paths")) return DV_E_FORMATETC;
    if (wanted->cfFormat == descriptors) return wanted->tymed & TYMED_HGLOBAL ? S_OK : DV_E_TYMED;
    return wanted->cfFormat != contents ? DV_E_FORMATETC : wanted->tymed & medium() ? S_OK : DV_E_TYMED;
}
static HRESULT WINAPI data_get(IDataObject *me, FORMATETC *wanted, STGMEDIUM *given)
{
    HRESULT offered = data_offers(me, wanted);
    ULONG file = (ULONG)wanted->lindex;
    memset(given, 0, sizeof *given);
    if (is(L"zip") && wanted->cfFormat == contents && wanted->tymed & TYMED_HGLOBAL) {
        given->tymed = TYMED_HGLOBAL;
        return S_OK;
    }
    if (offered != S_OK) return offered;
    if (wanted->cfFormat == CF_HDROP) {
        given->tymed = TYMED_HGLOBAL;
        given->hGlobal = is(L"paths") ? paths() : NULL;
        return given->hGlobal ? S_OK : E_FAIL;
    }
    given->tymed = wanted->cfFormat == descriptors ? TYMED_HGLOBAL : medium();
    if (wanted->cfFormat == descriptors) { given->hGlobal = described(); return S_OK; }
    if (file >= count) return DV_E_LINDEX;
    if (is(L"mail")) { given->pstg = mail_of(file); return S_OK; }
    if (is(L"block")) {
        given->hGlobal = GlobalAlloc(GMEM_MOVEABLE, size);
        BYTE *at = GlobalLock(given->hGlobal);
        for (ULONG place = 0; place < size; place++) at[place] = byte_of(file, place);
        GlobalUnlock(given->hGlobal);
        return S_OK;
    }
    Stream *stream = calloc(1, sizeof *stream);
    stream->stream.lpVtbl = (IStreamVtbl *)&stream_methods;
    stream->references = 1;
    stream->file = file;
    given->pstm = &stream->stream;
    return S_OK;
}
static HRESULT WINAPI data_here(IDataObject *me, FORMATETC *wanted, STGMEDIUM *given) { return E_NOTIMPL; }
static HRESULT WINAPI data_same(IDataObject *me, FORMATETC *one, FORMATETC *other) { return DATA_S_SAMEFORMATETC; }
static HRESULT WINAPI data_set(IDataObject *me, FORMATETC *what, STGMEDIUM *given, BOOL own)
{ if (own) ReleaseStgMedium(given); return S_OK; }
static HRESULT WINAPI data_formats(IDataObject *me, DWORD direction, IEnumFORMATETC **answer)
{
    FORMATETC all[] = { { CF_HDROP, NULL, DVASPECT_CONTENT, -1, TYMED_HGLOBAL },
                        { descriptors, NULL, DVASPECT_CONTENT, -1, TYMED_HGLOBAL },
                        { contents, NULL, DVASPECT_CONTENT, -1, medium() } };
    int first = !is(L"paths") && !is(L"zip"), last = is(L"paths") ? 1 : 3;
    return direction == DATADIR_GET ? SHCreateStdEnumFmtEtc(last - first, all + first, answer) : E_NOTIMPL;
}
static HRESULT WINAPI data_advise(IDataObject *me, FORMATETC *what, DWORD how, IAdviseSink *sink, DWORD *number)
{ return OLE_E_ADVISENOTSUPPORTED; }
static HRESULT WINAPI data_unadvise(IDataObject *me, DWORD number) { return OLE_E_ADVISENOTSUPPORTED; }
static HRESULT WINAPI data_advised(IDataObject *me, IEnumSTATDATA **answer) { return OLE_E_ADVISENOTSUPPORTED; }
static const IDataObjectVtbl data_methods = {
    data_query, data_add, data_release, data_get, data_here, data_offers, data_same, data_set, data_formats,
    data_advise, data_unadvise, data_advised };

static HRESULT WINAPI free_query(IDataObjectAsyncCapability *me, REFIID wanted, void **answer)
{ return data_query(&OWNER(me)->data, wanted, answer); }
static ULONG WINAPI free_add(IDataObjectAsyncCapability *me) { return data_add(&OWNER(me)->data); }
static ULONG WINAPI free_release(IDataObjectAsyncCapability *me) { return data_release(&OWNER(me)->data); }
static HRESULT WINAPI free_set(IDataObjectAsyncCapability *me, BOOL on) { return S_OK; }
static HRESULT WINAPI free_get(IDataObjectAsyncCapability *me, BOOL *on) { *on = VARIANT_TRUE; return S_OK; }
static HRESULT WINAPI free_begin(IDataObjectAsyncCapability *me, IBindCtx *context) { say("begun"); return S_OK; }
static HRESULT WINAPI free_goes_on(IDataObjectAsyncCapability *me, BOOL *on) { *on = VARIANT_FALSE; return S_OK; }
static HRESULT WINAPI free_end(IDataObjectAsyncCapability *me, HRESULT how, IBindCtx *context, DWORD effect)
{ say(how == S_OK ? "ended" : "failed"); return S_OK; }
static const IDataObjectAsyncCapabilityVtbl free_methods = {
    free_query, free_add, free_release, free_set, free_get, free_begin, free_goes_on, free_end };

static HRESULT WINAPI source_query(IDropSource *me, REFIID wanted, void **answer)
{
    *answer = IsEqualIID(wanted, &IID_IUnknown) || IsEqualIID(wanted, &IID_IDropSource) ? me : NULL;
    return *answer ? S_OK : E_NOINTERFACE;
}
static ULONG WINAPI source_references(IDropSource *me) { return 1; }
static HRESULT WINAPI source_continue(IDropSource *me, BOOL escape, DWORD keys)
{ return escape ? DRAGDROP_S_CANCEL : keys & MK_LBUTTON ? S_OK : DRAGDROP_S_DROP; }
static HRESULT WINAPI source_feedback(IDropSource *me, DWORD effect)
{ if (effect) say("accepted"); return DRAGDROP_S_USEDEFAULTCURSORS; }
static const IDropSourceVtbl source_methods = {
    source_query, source_references, source_references, source_continue, source_feedback };

static Data offered = { { (IDataObjectVtbl *)&data_methods }, { (IDataObjectAsyncCapabilityVtbl *)&free_methods }, 1 };
static IDropSource source = { (IDropSourceVtbl *)&source_methods };

static LRESULT CALLBACK handle(HWND window, UINT message, WPARAM word, LPARAM more)
{
    static int is_pressed;
    DWORD effect;
    if (message == WM_LBUTTONDOWN) is_pressed = 1;
    if (message == WM_MOUSEMOVE && is_pressed) {
        is_pressed = 0;
        say("dragging");
        DoDragDrop(&offered.data, &source, DROPEFFECT_COPY, &effect);
        say("dropped");
        return 0;
    }
    return DefWindowProcW(window, message, word, more);
}

int wmain(int given, WCHAR **words)
{
    WNDCLASSW look = { 0, handle, 0, 0, NULL, NULL, NULL, (HBRUSH)(COLOR_HIGHLIGHT + 1), NULL, L"virtual source" };
    MSG message;
    if (given != 5) return 2;
    kind = words[1];
    list = words[2];
    count = _wtoi(words[2]);
    size = _wtoi(words[3]);
    OleInitialize(NULL);
    descriptors = (CLIPFORMAT)RegisterClipboardFormatW(L"FileGroupDescriptorW");
    contents = (CLIPFORMAT)RegisterClipboardFormatW(L"FileContents");
    RegisterClassW(&look);
    if (!wcscmp(words[4], L"copy")) {
        OleSetClipboard(&offered.data);
        say("copied");
    } else {
        CreateWindowExW(WS_EX_TOPMOST | WS_EX_TOOLWINDOW | WS_EX_NOACTIVATE, look.lpszClassName, look.lpszClassName,
                        WS_POPUP | WS_VISIBLE, 1400, 700, 80, 80, NULL, NULL, NULL, NULL);
        say("ready");
    }
    while (GetMessageW(&message, NULL, 0, 0) > 0) { TranslateMessage(&message); DispatchMessageW(&message); }
    return 0;
}
