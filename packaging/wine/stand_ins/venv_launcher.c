/* python.exe of a virtual environment: starts the Python that pyvenv.cfg names as "home", and says where it was called
   from in __PYVENV_LAUNCHER__, by which that Python finds the environment. Ends with that Python's exit code. */

#include <shlwapi.h>
#include <stdio.h>
#include <windows.h>

#define LONGEST 4096

/* Read the value of "home" into `home`; return whether there is one. */
static int read_home(const wchar_t *settings, wchar_t *home)
{
    char line[LONGEST];
    int found = 0;
    FILE *file = _wfopen(settings, L"rb");
    while (file && !found && fgets(line, sizeof line, file)) {
        char *value = strchr(line, '=');
        if (strncmp(line, "home", 4) != 0 || value == NULL)
            continue;
        value += 1 + strspn(value + 1, " ");
        value[strcspn(value, "\r\n")] = 0;
        found = MultiByteToWideChar(CP_UTF8, 0, value, -1, home, LONGEST) > 0;
    }
    if (file)
        fclose(file);
    return found;
}

/* Start a program with this one's own command line and streams; return its exit code. */
static int run(const wchar_t *program)
{
    STARTUPINFOW like_this = {.cb = sizeof like_this};
    PROCESS_INFORMATION started;
    DWORD code = 1;
    GetStartupInfoW(&like_this);
    if (!CreateProcessW(program, GetCommandLineW(), NULL, NULL, TRUE, 0, NULL, NULL, &like_this, &started)) {
        fprintf(stderr, "cannot start the Python of this environment: error %lu\n", GetLastError());
        return 101;
    }
    WaitForSingleObject(started.hProcess, INFINITE);
    GetExitCodeProcess(started.hProcess, &code);
    return (int)code;
}

int wmain(void)
{
    wchar_t self[LONGEST], folder[LONGEST], settings[LONGEST], home[LONGEST], program[LONGEST];
    GetModuleFileNameW(NULL, self, LONGEST);
    wcscpy(folder, self);
    PathRemoveFileSpecW(folder); /* Scripts */
    PathRemoveFileSpecW(folder); /* the environment */
    swprintf(settings, LONGEST, L"%ls\\pyvenv.cfg", folder);
    if (!read_home(settings, home)) {
        fprintf(stderr, "no home in pyvenv.cfg\n");
        return 106;
    }
    swprintf(program, LONGEST, L"%ls\\%ls", home, PathFindFileNameW(self));
    SetEnvironmentVariableW(L"__PYVENV_LAUNCHER__", self);
    return run(program);
}

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, LPWSTR line, int show)
{
    (void)instance, (void)before, (void)line, (void)show;
    return wmain();
}
