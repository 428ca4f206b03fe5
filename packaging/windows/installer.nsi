; The Windows installer: for one person, without administrator, into %LOCALAPPDATA%\Programs\uploader-gui.
; Compiled by bundling/windows.py, which gives VERSION, FOLDER (what to install), OUT and ICON.
; Unattended: uploader-gui-X.Y.Z-windows-x64-setup.exe /S      removed: uninstall.exe /S

Unicode true
SetCompressor /SOLID lzma
RequestExecutionLevel user
ManifestDPIAware true
ManifestLongPathAware true

!include "MUI2.nsh"
!include "WinVer.nsh"
!include "x64.nsh"
!include "LogicLib.nsh"
!include "FileFunc.nsh"

!define NAME "uploader-gui"
!define REMOVAL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define OPEN_WITH "Software\Classes\Applications\${NAME}.exe"
!define OLDEST_BUILD 17763 ; Windows 10, version 1809: what Qt asks for

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${REMOVAL}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=0 "ProductName" "${NAME}"
VIAddVersionKey /LANG=0 "FileDescription" "${NAME} setup"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "LegalCopyright" "MIT licence"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\${NAME}.exe"
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "French"

LangString TooOld ${LANG_ENGLISH} "uploader-gui needs Windows 10, version 1809, or newer (64-bit). This Windows is older, so nothing was installed."
LangString TooOld ${LANG_FRENCH} "uploader-gui a besoin de Windows 10, version 1809, ou d’une version plus récente (64 bits). Ce Windows est plus ancien : rien n’a été installé."
LangString Running ${LANG_ENGLISH} "uploader-gui is open. Close its window (your list is kept), then try again."
LangString Running ${LANG_FRENCH} "uploader-gui est ouvert. Fermez sa fenêtre (votre liste est conservée), puis réessayez."
LangString SendTo ${LANG_ENGLISH} "Uploader (anomaly)"
LangString SendTo ${LANG_FRENCH} "Uploader (anomalie)"

Function .onInit
  ${IfNot} ${RunningX64}
    Call TellTooOld
  ${EndIf}
  ${IfNot} ${AtLeastWin10}
    Call TellTooOld
  ${EndIf}
  ReadRegStr $0 HKLM "SOFTWARE\Microsoft\Windows NT\CurrentVersion" "CurrentBuildNumber"
  ${If} $0 < ${OLDEST_BUILD}
    Call TellTooOld
  ${EndIf}
FunctionEnd

Function TellTooOld
  MessageBox MB_OK|MB_ICONINFORMATION "$(TooOld)" /SD IDOK
  SetErrorLevel 3
  Quit
FunctionEnd

; A running program keeps its own file open: it can then be read, but not written to.
!macro AskUntilClosed
  StrCpy $1 "$INSTDIR\${NAME}.exe"
  retry:
  ${If} ${FileExists} "$1"
    ClearErrors
    FileOpen $0 "$1" a
    ${If} ${Errors}
      MessageBox MB_RETRYCANCEL|MB_ICONINFORMATION "$(Running)" /SD IDCANCEL IDRETRY retry
      SetErrorLevel 4
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

; Only what the installer itself lays there: the folder may have been chosen by /D=.
!macro RemoveProgram
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\${NAME}.exe"
  Delete "$INSTDIR\${NAME}-cli.exe"
  Delete "$INSTDIR\uninstall.exe"
!macroend

Section "install"
  !insertmacro AskUntilClosed
  !insertmacro RemoveProgram
  SetOutPath "$INSTDIR"
  File /r "${FOLDER}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortcut "$SMPROGRAMS\Uploader.lnk" "$INSTDIR\${NAME}.exe"
  CreateShortcut "$SENDTO\$(SendTo).lnk" "$INSTDIR\${NAME}.exe"
  WriteRegStr HKCU "${OPEN_WITH}" "FriendlyAppName" "Uploader"
  WriteRegStr HKCU "${OPEN_WITH}\shell\open\command" "" '"$INSTDIR\${NAME}.exe" "%1"'

  WriteRegStr HKCU "${REMOVAL}" "DisplayName" "Uploader (uploader-gui)"
  WriteRegStr HKCU "${REMOVAL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${REMOVAL}" "DisplayIcon" "$INSTDIR\${NAME}.exe"
  WriteRegStr HKCU "${REMOVAL}" "Publisher" "uploader-gui"
  WriteRegStr HKCU "${REMOVAL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${REMOVAL}" "SendTo" "$SENDTO\$(SendTo).lnk"
  WriteRegStr HKCU "${REMOVAL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${REMOVAL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${REMOVAL}" "NoModify" 1
  WriteRegDWORD HKCU "${REMOVAL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${REMOVAL}" "EstimatedSize" $0
SectionEnd

; The journal, settings and receipts of the person stay where they are (README says where).
Section "Uninstall"
  !insertmacro AskUntilClosed
  !insertmacro RemoveProgram
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Uploader.lnk"
  ReadRegStr $0 HKCU "${REMOVAL}" "SendTo"
  ${If} $0 != ""
    Delete "$0"
  ${EndIf}
  DeleteRegKey HKCU "${OPEN_WITH}"
  DeleteRegKey HKCU "${REMOVAL}"
SectionEnd
